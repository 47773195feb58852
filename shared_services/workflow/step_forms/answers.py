"""Answers to a form: checked against its schema and its conditions, and told in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from . import choosers
from .conditions import must_answer, shown_fields, typed
from .spec import CHOSEN_KINDS, FormField, StepForm, schema_of

MAX_ANSWERS = 200_000
FILE_TO_COME = "00000000-0000-0000-0000-000000000000"
"""Stands for a file that was sent with the answers, until it is on the record."""
_formats = FormatChecker(formats=["date", "uuid"])


class AnswersRefused(ValueError):
    """Answers that the form does not take: field -> what is wrong, in words."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def check_answers(form: StepForm, given: dict[str, Any], *, files: Collection[str] = ()) -> dict[str, Any]:
    """The answers that count, ready to keep. Raises AnswersRefused with every fault.

    An answer to a question that was not asked is dropped, whoever sent it. `files` names the file fields
    whose file came along.
    """
    if not isinstance(given, dict) or len(json.dumps(given, default=str)) > MAX_ANSWERS:
        raise AnswersRefused({"": "The answers are too long."})
    errors = {name: f"The form does not ask for “{name}”." for name in given if name not in form.by_name}
    taking = {one.name for one in form if one.kind == "file"}
    errors |= {name: f"The form asks for no file “{name}”." for name in files if name not in taking}
    answers = {name: value for name, value in given.items() if value not in (None, "", []) and name in form.by_name}
    answers |= dict.fromkeys(taking.intersection(files), FILE_TO_COME)
    for one in form:
        if one.kind in CHOSEN_KINDS and isinstance(answers.get(one.name), str):
            try:
                answers[one.name] = choosers.resolve(one.kind, answers[one.name])
            except choosers.NotFound as missing:
                errors[one.name] = f"{one.label}: {missing}"
                del answers[one.name]
    shown = shown_fields(form, answers)
    values = typed(form, answers)
    kept = {one.name: answers[one.name] for one in shown if one.name in answers}
    for one in shown:
        if one.kind == "file" and kept.get(one.name, FILE_TO_COME) != FILE_TO_COME:
            errors[one.name] = (
                f"{one.label}: send the file itself, on the page of the task or as a part “answers.{one.name}”."
            )
        if one.name not in kept and one.name not in errors and must_answer(one, values, form):
            errors[one.name] = ask_for(one)
    for fault in _validator(form).iter_errors(kept):
        name = str(fault.absolute_path[0]) if fault.absolute_path else ""
        if name and name not in errors:
            errors[name] = _in_words(form.by_name[name], fault)
    for one in shown:
        if one.name in kept and one.name not in errors and (problem := _beyond(one, kept[one.name])):
            errors[one.name] = problem
    if errors:
        raise AnswersRefused({one.name: errors[one.name] for one in form if one.name in errors} | errors)
    return kept


def _validator(form: StepForm) -> Draft202012Validator:
    return Draft202012Validator({**schema_of(form), "required": []}, format_checker=_formats)


def ask_for(one: FormField) -> str:
    """What an officer reads who left out a question that must be answered."""
    if one.label.endswith("?"):
        return f"Answer “{one.label}”"
    verb = {"choice": "Choose", "yes_no": "Choose", "file": "Choose a file for", "table": "Add a row to"}
    return f"{verb.get(one.kind, 'Enter')} “{one.label}”"


def _in_words(one: FormField, fault: ValidationError) -> str:
    where = ""
    if one.kind == "table" and len(fault.absolute_path) > 1:
        where = f", row {int(fault.absolute_path[1]) + 1}"
        names = {column.name: column for column in one.columns}
        if len(fault.absolute_path) > 2 and str(fault.absolute_path[2]) in names:
            column = names[str(fault.absolute_path[2])]
            return f"{one.label}{where}: {_what(column, fault)}"
    return f"{one.label}{where}: {_what(one, fault)}"


def _what(one: FormField, fault: ValidationError) -> str:
    limit = fault.validator_value
    if fault.validator == "required":
        missing = [column.label for column in one.columns if column.required and column.name not in fault.instance]
        return f"enter “{missing[0]}”" if missing else fault.message
    said = {
        "maxLength": f"enter {limit} characters or fewer",
        "minimum": f"enter {limit} or more",
        "maximum": f"enter {limit} or less",
        "minItems": f"add at least {limit} rows",
        "maxItems": f"enter no more than {limit} rows",
        "enum": "choose one of the answers",
        "additionalProperties": "there is a column that the form does not have",
        "uniqueItems": "choose each answer once",
    }
    if fault.validator == "pattern" and one.kind == "text":
        return "enter it " + (f"as asked: {one.hint}" if one.hint else "in the form that is asked for")
    by_kind = {
        "money": "enter an amount in pounds, like 125.50",
        "date": "enter a real date, like 2026-03-27",
        "integer": "enter a whole number",
        "number": "enter a number",
        "yes_no": "answer yes or no",
        "cpv": "enter a CPV code, like 39112000-0",
        "table": "enter rows",
    }
    return said.get(str(fault.validator)) or by_kind.get(one.kind, "this answer cannot be taken")


def _beyond(one: FormField, value: Any) -> str:
    """Limits that a schema cannot state: of money and of dates."""
    if one.kind == "table":
        for number, row in enumerate(value, 1):
            for column in one.columns:
                if column.name in row and (problem := _beyond(column, row[column.name])):
                    return f"{one.label}, row {number}: {problem}"
        return ""
    if one.kind not in ("money", "date"):
        return ""
    read: Callable[[str], Any] = Decimal if one.kind == "money" else date.fromisoformat
    shown = "£{}" if one.kind == "money" else "{}"
    amount = read(value)
    lowest, highest = (read(limit) if limit else None for limit in (one.minimum, one.maximum))
    if lowest is not None and amount < lowest:
        return f"{one.label} must be {shown.format(_spoken(lowest))} or {'later' if one.kind == 'date' else 'more'}"
    if highest is not None and amount > highest:
        return f"{one.label} must be {shown.format(_spoken(highest))} or {'earlier' if one.kind == 'date' else 'less'}"
    return ""


def _spoken(value: Any) -> str:
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else f"{value:,.2f}"


def routing_values(answers: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """The answers that the process declares for routing; nothing else may reach a shared row."""
    return {name: value for name, value in answers.items() if name in variables}


def in_words(form: StepForm, answers: dict[str, Any]) -> list[tuple[str, Any]]:
    """(question, answer) of everything that was answered, as an officer reads it. A table's answer is a list of rows."""
    return [(one.label, _answer(one, answers[one.name])) for one in form if one.name in answers and one.kind != "file"]


def _answer(one: FormField, value: Any) -> Any:
    if one.kind == "table":
        rows = [[(column.label, _answer(column, row.get(column.name))) for column in one.columns] for row in value]
        return [", ".join(f"{label}: {text}" for label, text in row if text != "") for row in rows]
    if value in (None, ""):
        return ""
    if one.kind == "yes_no":
        return "Yes" if value else "No"
    if one.kind == "money":
        return f"£{Decimal(value):,.2f}"
    if one.kind == "date":
        return _spoken(date.fromisoformat(value))
    if one.kind == "choice":
        labels = dict(one.options)
        return ", ".join(labels.get(v, v) for v in value) if one.many else labels.get(value, value)
    return choosers.label_of(one.kind, value) if one.kind in CHOSEN_KINDS else str(value)


def files_in(form: StepForm, answers: dict[str, Any]) -> list[tuple[str, UUID]]:
    """(question, attachment) of the files among the answers."""
    return [(one.label, UUID(answers[one.name])) for one in form if one.kind == "file" and one.name in answers]
