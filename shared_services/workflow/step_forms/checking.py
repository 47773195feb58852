"""What is wrong with a form, in words its author can act on."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from ..expressions import ExpressionError, names_in
from .patterns import PatternRefused, check_pattern
from .spec import COLUMN_KINDS, KINDS, MOST_ROWS, FormField, StepForm, read_form, schema_of

MOST_FIELDS, MOST_COLUMNS, MOST_OPTIONS = 100, 8, 200
MAX_SCHEMA = 200_000
RESERVED = {"outcome", "note", "version", "true", "false", "null"}
FITS: dict[str, set[str]] = {
    "money": {"money", "number", "integer"},
    "number": {"money", "number", "integer"},
    "text": {"text", "choice", "department", "cost_centre", "cpv", "officer"},
    "date": {"date"},
    "boolean": {"yes_no"},
    "list": {"choice", "table"},
}
"""Kind of a process variable -> kinds of field whose answer may become it. Long texts never leave the council's room."""


def problems_with(schema: Any, variables: Mapping[str, str] | None = None) -> list[str]:
    """Everything wrong with a stored form, one sentence each. With `variables`, answers that route a case must fit them."""
    if not isinstance(schema, dict) or len(str(schema)) > MAX_SCHEMA:
        return ["The form is not a JSON Schema, or is too long."]
    try:
        Draft202012Validator.check_schema(schema)
        form = read_form(schema)
        if schema_of(form)["properties"].keys() != (schema.get("properties") or {}).keys():
            return ["The form and its layout do not name the same fields."]
    except SchemaError as error:
        return [f"The form is not a JSON Schema: {error.message}"]
    except (AttributeError, TypeError, KeyError, ValueError):
        return ["The form cannot be read: its layout is not in order."]
    return [*_whole(form), *(problem for one in form for problem in problems_of(form, one, variables))]


def _whole(form: StepForm) -> Iterator[str]:
    if not form.fields:
        yield "The form asks nothing yet. Add a field."
    if len(form.fields) > MOST_FIELDS:
        yield f"The form has more than {MOST_FIELDS} fields. Split it over two steps."
    if form.title_from and form.title_from not in form.by_name:
        yield f"The case is to be called by “{form.title_from}”, which the form does not ask."


def problems_of(form: StepForm, one: FormField, variables: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with one field, as sentences."""
    return [*_field(one), *_conditions(form, one), *_routing(one, variables or {})]


def _field(one: FormField) -> Iterator[str]:
    if not one.name.isidentifier() or keyword.iskeyword(one.name) or one.name.startswith("_") or one.name in RESERVED:
        yield f"“{one.name}” cannot be the name of a field. Use small letters, figures and underscores."
    if one.kind not in KINDS:
        yield f"“{one.label}” is of a kind that does not exist: {one.kind}."
        return
    if not one.label.strip():
        yield f"Field “{one.name}” has no question."
    if one.kind == "choice":
        values = [value for value, _ in one.options]
        if not values or len(values) > MOST_OPTIONS or len(set(values)) != len(values):
            yield f"“{one.label}” needs between 1 and {MOST_OPTIONS} different answers to choose from."
    if one.pattern:
        try:
            check_pattern(one.pattern)
        except PatternRefused as refused:
            yield f"“{one.label}”: {refused}"
    yield from _limits(one)
    if one.kind == "table":
        yield from _columns(one)


def _limits(one: FormField) -> Iterator[str]:
    read: dict[str, Any] = {"date": date.fromisoformat, "integer": int, "number": Decimal, "money": Decimal}
    limits: list[Any] = []
    for limit in (one.minimum, one.maximum):
        try:
            limits.append(read[one.kind](limit) if limit and one.kind in read else None)
        except (ValueError, InvalidOperation):
            yield f"“{one.label}”: “{limit}” is not a limit for {one.kind_label.lower()}."
            return
    if None not in limits and limits[0] > limits[1]:
        yield f"“{one.label}”: the lowest answer allowed is above the highest."


def _columns(one: FormField) -> Iterator[str]:
    if not one.columns or len(one.columns) > MOST_COLUMNS:
        yield f"“{one.label}” needs between 1 and {MOST_COLUMNS} columns."
    if not 0 <= one.min_rows <= one.max_rows <= MOST_ROWS:
        yield f"“{one.label}” must have at most {MOST_ROWS} rows, and its fewest may not be above its most."
    names = [column.name for column in one.columns]
    if len(set(names)) != len(names):
        yield f"Two columns of “{one.label}” have the same name."
    for column in one.columns:
        if column.kind not in COLUMN_KINDS or column.many:
            yield f"Column “{column.label}” of “{one.label}” cannot be of the kind {column.kind_label.lower()}."
        else:
            yield from _field(column)


def _conditions(form: StepForm, one: FormField) -> Iterator[str]:
    names = [other.name for other in form]
    before = set(names[: names.index(one.name)] if one.name in names else names)
    for condition, what in ((one.show_if, "shown"), (one.required_if, "required")):
        if not condition:
            continue
        try:
            unknown = names_in(condition) - before
        except ExpressionError as error:
            yield f"“{one.label}”: the condition for when it is {what} cannot be used. {error}"
            continue
        if unknown:
            yield (
                f"“{one.label}”: the condition for when it is {what} asks for {', '.join(sorted(unknown))}, "
                "which is not a field before this one."
            )


def _routing(one: FormField, variables: Mapping[str, str]) -> Iterator[str]:
    kind = variables.get(one.name)
    if kind is not None and one.kind not in FITS.get(kind, set()):
        yield (
            f"“{one.label}” is called {one.name}, which the process routes by as {kind}. "
            f"{one.kind_label} does not fit: choose another kind or another name."
        )
