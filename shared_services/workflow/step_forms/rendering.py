"""A form as GOV.UK fields, and what an officer typed as answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms

from shared_services.annexes import rules as annex_rules
from shared_services.govuk.fields import (
    CheckboxesField,
    DateField,
    MoneyField,
    RadioField,
    SelectField,
    TextAreaField,
    YesNoField,
)
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.lines import Lines, LineSet
from shared_services.tenancy.errors import NotAllowed

from ..expressions import names_in
from . import choosers
from .answers import AnswersRefused, check_answers
from .conditions import as_tree, in_words
from .spec import CHOSEN_KINDS, LONG_TEXT_LENGTH, TEXT_LENGTH, FormField, StepForm

PREFIX = "answer_"


@dataclass(frozen=True, slots=True)
class Part:
    """One question as the page draws it: a field or a table's rows, with its condition for the script."""

    name: str
    kind: str
    label: str
    hint: str
    condition: str
    field: Any = None
    lines: Lines | None = None


class AnswerForm(GovukForm):
    """The fields of a step's form that are not tables. Other forms are mixed in behind it."""

    mark_optional = False
    spec: StepForm
    answers: dict[str, Any]
    """The answers that count, once the form is found to be in order."""
    files_kept: dict[str, Any]

    line_source: Callable[[], Mapping[str, Lines]] | None = None
    """Gives the rows of the form's tables; the page that shows them sets it."""

    def own_names(self) -> set[str]:
        """The fields that are not the step's questions."""
        return {name for name in self.fields if not name.startswith(PREFIX)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.answers, self.files_kept = read_answers(self, self.line_source() if self.line_source else {})
        return cleaned

    def answers_typed(self) -> dict[str, Any]:
        """What was typed into the fields that could be read, as JSON."""
        data = getattr(self, "cleaned_data", {})
        return {
            one.name: as_json(data[PREFIX + one.name])
            for one in self.spec
            if one.kind not in ("table", "file") and data.get(PREFIX + one.name) not in (None, "")
        }

    def files_sent(self) -> dict[str, Any]:
        data = getattr(self, "cleaned_data", {})
        return {
            one.name: data[PREFIX + one.name] for one in self.spec if one.kind == "file" and data.get(PREFIX + one.name)
        }

    def unreadable(self) -> set[str]:
        """Fields in which something was typed that is no such thing: told already."""
        return {name.removeprefix(PREFIX) for name in self.errors}


def form_class_for(spec: StepForm, *behind: type[forms.Form]) -> type[AnswerForm]:
    """A form class with the step's fields first, then those of the forms behind it."""
    fields: dict[str, Any] = {PREFIX + one.name: form_field(one, spec) for one in spec if one.kind != "table"}
    return type("AnswerFormOfStep", (AnswerForm, *behind), {**fields, "spec": spec})


def line_sets_for(spec: StepForm) -> list[tuple[str, LineSet]]:
    return [(one.name, _line_set(one)) for one in spec if one.kind == "table"]


def _line_set(one: FormField) -> LineSet:
    return LineSet(
        form_class=_row_class(one),
        prefix=f"rows_{one.name}",
        label="Row",
        add_label=f"Add a row to “{one.label}”",
        minimum=max(one.min_rows, 1),
        maximum=one.max_rows,
    )


@cache
def _row_class(one: FormField) -> type[GovukForm]:
    fields: dict[str, Any] = {column.name: form_field(column, None) for column in one.columns}
    return type("RowForm", (GovukForm,), {**fields, "mark_optional": False})


def form_field(one: FormField, spec: StepForm | None) -> forms.Field:
    """The Django field of a question. Nothing is required here: conditions decide that (answers.py)."""
    optional = "" if one.required or one.required_if else " (optional)"
    return _MAKERS[one.kind](one, {"label": one.label + optional, "required": False, "help_text": _hint(one, spec)})


def _hint(one: FormField, spec: StepForm | None) -> str:
    said = [one.hint] if one.hint else []
    if spec is not None and one.show_if:
        words = in_words(one.show_if, spec)
        said.append(f"Only if {words}" if words else "Only asked in some cases")
    if spec is not None and one.required_if and not one.required:
        words = in_words(one.required_if, spec)
        said.append(f"Must be answered if {words}" if words else "Must be answered in some cases")
    if one.kind in CHOSEN_KINDS and not one.hint:
        said.insert(0, "Enter a name or email address" if one.kind == "officer" else "Enter a code or part of the name")
    if one.kind == "file" and not one.hint:
        said.insert(0, "PDF, Word, Excel, OpenDocument, picture, CSV or text, up to 10MB")
    return ". ".join(said)


def _number(one: FormField, given: dict[str, Any]) -> forms.Field:
    words = "Enter a whole number" if one.kind == "integer" else "Enter a number"
    field = forms.IntegerField if one.kind == "integer" else forms.DecimalField
    box = forms.TextInput(
        attrs={"inputmode": "numeric" if one.kind == "integer" else "decimal", "class": "govuk-input--width-10"}
    )
    return field(widget=box, error_messages={"invalid": f"{one.label}: {words[0].lower()}{words[1:]}"}, **given)


def _choice(one: FormField, given: dict[str, Any]) -> forms.Field:
    if one.widget == "checkboxes":
        return CheckboxesField(choices=one.options, **given)
    return (SelectField if one.widget == "select" else RadioField)(choices=list(one.options), **given)


def _chosen(one: FormField, given: dict[str, Any]) -> forms.Field:
    box = forms.TextInput(attrs={"data-chooser": one.kind, "autocomplete": "off", "spellcheck": "false"})
    return _ChosenField(kind=one.kind, max_length=TEXT_LENGTH, widget=box, **given)


class _ChosenField(forms.CharField):
    """A name or code that is looked up; shows the name of a key that was kept."""

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return choosers.label_of(self.kind, value) if isinstance(value, str) and value else value


_MAKERS: dict[str, Any] = {
    "text": lambda one, given: forms.CharField(max_length=one.max_length or TEXT_LENGTH, **given),
    "long_text": lambda one, given: TextAreaField(max_length=one.max_length or LONG_TEXT_LENGTH, **given),
    "integer": _number,
    "number": _number,
    "money": lambda one, given: MoneyField(min_value=None, **given),
    "date": lambda one, given: DateField(**given),
    "choice": _choice,
    "yes_no": lambda one, given: YesNoField(**given),
    "officer": _chosen,
    "department": _chosen,
    "cost_centre": _chosen,
    "cpv": _chosen,
    "supplier": lambda one, given: forms.CharField(max_length=TEXT_LENGTH, **given),
    "file": lambda one, given: forms.FileField(**given),
}


def as_json(value: Any) -> Any:
    """A cleaned value as it is kept."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value.as_tuple().exponent == -2 else _plain_number(value)
    return value


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def read_answers(form: AnswerForm, lines: Mapping[str, Lines]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(answers, files) of a form that was sent, with every fault put on its field. Look at the form's errors next."""
    answers, told = form.answers_typed(), set[str]()
    for one in form.spec:
        if one.kind == "number" and one.name in answers:
            answers[one.name] = _plain_number(Decimal(str(answers[one.name])))
        if one.kind == "table" and one.name in lines:
            if not lines[one.name].is_valid():
                told.add(one.name)
            answers[one.name] = rows_typed(lines[one.name])
    files = _readable_files(form)
    told |= form.unreadable()
    try:
        return check_answers(form.spec, answers, files=files), files
    except AnswersRefused as refused:
        for name, message in refused.errors.items():
            if name in told:
                continue
            target = PREFIX + name
            form.add_error(target if target in form.fields else None, message)
        return {}, files


def rows_typed(lines: Lines) -> list[dict[str, Any]]:
    """The rows in which something was answered."""
    rows = []
    for row in lines:
        data = getattr(row.form, "cleaned_data", {})
        kept = {name: as_json(value) for name, value in data.items() if value not in (None, "")}
        if kept:
            rows.append(kept)
    return rows


def _readable_files(form: AnswerForm) -> dict[str, Any]:
    files = form.files_sent()
    for name, upload in list(files.items()):
        try:
            annex_rules.check_size(upload)
            annex_rules.content_type_of(upload)
        except NotAllowed as refusal:
            form.add_error(PREFIX + name, refusal.message)
            del files[name]
    return files


def parts_of(form: AnswerForm, lines: Mapping[str, Lines]) -> list[Part]:
    """The step's questions in order, as the page draws them."""
    parts = []
    for one in form.spec:
        condition = _for_the_script(one, form.spec)
        if one.kind == "table":
            label = one.label + ("" if one.required or one.required_if else " (optional)")
            parts.append(Part(one.name, one.kind, label, _hint(one, form.spec), condition, lines=lines[one.name]))
        else:
            parts.append(Part(one.name, one.kind, one.label, "", condition, field=form[PREFIX + one.name]))
    return parts


def _for_the_script(one: FormField, spec: StepForm) -> str:
    """The condition that the page works out by itself; none where only the portal knows what was answered."""
    tree = as_tree(one.show_if) if one.show_if else None
    if tree is None:
        return ""
    asked = (spec.by_name.get(name) for name in names_in(one.show_if))
    unknown = CHOSEN_KINDS | {"table", "file"}
    return "" if any(other is None or other.kind in unknown for other in asked) else json.dumps(tree)
