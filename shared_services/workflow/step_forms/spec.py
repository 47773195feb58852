"""What a form asks, as plain facts, and how it is written down.

A form is stored as JSON Schema (2020-12), which any program can check answers with. What a schema cannot say
stands beside it under "layout": the order of the fields, how each is shown, and when. Other tools ignore it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT_LENGTH, LONG_TEXT_LENGTH = 200, 2000
MOST_ROWS = 100
MONEY_PATTERN = r"^-?[0-9]{1,12}\.[0-9]{2}$"
CPV_PATTERN = r"^[0-9]{8}(-[0-9])?$"

KINDS: dict[str, str] = {
    "text": "Text",
    "long_text": "Long text",
    "integer": "Whole number",
    "number": "Number",
    "money": "Amount of money",
    "date": "Date",
    "choice": "Choice from a list",
    "yes_no": "Yes or no",
    "officer": "Officer",
    "department": "Department",
    "cost_centre": "Cost centre",
    "supplier": "Supplier",
    "cpv": "CPV code",
    "file": "File",
    "table": "Table of rows",
}
"""Every kind of field, with its name for authors."""
CHOSEN_KINDS = {"officer", "department", "cost_centre", "cpv"}
"""Kinds whose answers are looked up (choosers.py)."""
COLUMN_KINDS = {"text", "integer", "number", "money", "date", "choice", "yes_no"}
WIDGETS = {
    "radios": "Radio buttons: one of a few",
    "select": "List that opens: one of many",
    "checkboxes": "Checkboxes: any number",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. `required_if` and `show_if` are safe expressions over the fields that stand before it."""

    name: str
    kind: str
    label: str
    hint: str = ""
    required: bool = True
    required_if: str = ""
    show_if: str = ""
    minimum: str = ""
    maximum: str = ""
    max_length: int | None = None
    pattern: str = ""
    options: tuple[tuple[str, str], ...] = ()
    widget: str = "radios"
    columns: tuple[FormField, ...] = ()
    min_rows: int = 1
    max_rows: int = 20

    @property
    def kind_label(self) -> str:
        return KINDS.get(self.kind, self.kind)

    @property
    def many(self) -> bool:
        return self.kind == "choice" and self.widget == "checkboxes"


@dataclass(frozen=True, slots=True)
class StepForm:
    """All that one step asks, in order. `title_from` names the answer that a case started here is called by."""

    title: str = ""
    fields: tuple[FormField, ...] = ()
    title_from: str = ""
    by_name: dict[str, FormField] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.by_name.clear()
        self.by_name.update({one.name: one for one in self.fields})

    def __iter__(self) -> Iterator[FormField]:
        return iter(self.fields)

    def with_fields(self, fields: list[FormField]) -> StepForm:
        return replace(self, fields=tuple(fields), by_name={})


# -- Writing --------------------------------------------------------------------------------------


def schema_of(form: StepForm) -> dict[str, Any]:
    """The form as JSON Schema with its layout."""
    layout: dict[str, Any] = {
        "order": [one.name for one in form],
        "fields": {one.name: _layout(one) for one in form},
    }
    if form.title_from:
        layout["titleFrom"] = form.title_from
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": form.title,
        "properties": {one.name: _property(one) for one in form},
        "required": [one.name for one in form if one.required and not one.show_if],
        "additionalProperties": False,
        "layout": layout,
    }


def _layout(one: FormField) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": one.kind}
    if one.kind == "choice":
        found["widget"] = one.widget
        found["labels"] = dict(one.options)
    if one.kind in ("money", "date"):
        found |= {name: value for name, value in (("minimum", one.minimum), ("maximum", one.maximum)) if value}
    if one.required and one.show_if:
        found["required"] = True
    found |= {name: value for name, value in (("requiredIf", one.required_if), ("showIf", one.show_if)) if value}
    if one.kind == "table":
        found["order"] = [column.name for column in one.columns]
        found["fields"] = {column.name: _layout(column) for column in one.columns}
    return found


def _property(one: FormField) -> dict[str, Any]:
    said: dict[str, Any] = {"title": one.label}
    if one.hint:
        said["description"] = one.hint
    return said | _SHAPES[one.kind](one)


def _text(one: FormField) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "string", "maxLength": one.max_length or TEXT_LENGTH}
    return shape | ({"pattern": f"^(?:{one.pattern})$"} if one.pattern else {})


def _number(kind: str) -> Any:
    def shape(one: FormField) -> dict[str, Any]:
        limits = (("minimum", one.minimum), ("maximum", one.maximum))
        as_number = int if kind == "integer" else float
        return {"type": kind} | {name: as_number(value) for name, value in limits if value}

    return shape


def _choice(one: FormField) -> dict[str, Any]:
    values = [value for value, _ in one.options]
    if not one.many:
        return {"type": "string", "enum": values}
    return {"type": "array", "items": {"type": "string", "enum": values}, "uniqueItems": True}


def _table(one: FormField) -> dict[str, Any]:
    return {
        "type": "array",
        "minItems": one.min_rows if one.required else 0,
        "maxItems": one.max_rows,
        "items": {
            "type": "object",
            "properties": {column.name: _property(column) for column in one.columns},
            "required": [column.name for column in one.columns if column.required],
            "additionalProperties": False,
        },
    }


_SHAPES: dict[str, Any] = {
    "text": _text,
    "long_text": lambda one: {"type": "string", "maxLength": one.max_length or LONG_TEXT_LENGTH},
    "integer": _number("integer"),
    "number": _number("number"),
    "money": lambda one: {"type": "string", "pattern": MONEY_PATTERN},
    "date": lambda one: {"type": "string", "format": "date"},
    "choice": _choice,
    "yes_no": lambda one: {"type": "boolean"},
    "officer": lambda one: {"type": "string", "format": "uuid"},
    "department": lambda one: {"type": "string", "maxLength": 40},
    "cost_centre": lambda one: {"type": "string", "maxLength": 40},
    "supplier": lambda one: {"type": "string", "maxLength": TEXT_LENGTH},
    "cpv": lambda one: {"type": "string", "pattern": CPV_PATTERN},
    "file": lambda one: {"type": "string", "format": "uuid"},
    "table": _table,
}


# -- Reading --------------------------------------------------------------------------------------


def read_form(schema: dict[str, Any]) -> StepForm:
    """The form that a schema stands for. A schema from elsewhere, without a layout, is read as well as it can be."""
    layout = schema.get("layout") or {}
    fields = _read_fields(schema, layout)
    return StepForm(title=schema.get("title", ""), fields=tuple(fields), title_from=layout.get("titleFrom", ""))


def _read_fields(schema: dict[str, Any], layout: dict[str, Any]) -> list[FormField]:
    properties = schema.get("properties") or {}
    order = [name for name in layout.get("order", []) if name in properties]
    order += [name for name in properties if name not in order]
    required = set(schema.get("required") or [])
    shown = layout.get("fields") or {}
    return [_read(name, properties[name], shown.get(name) or {}, name in required) for name in order]


def _read(name: str, said: dict[str, Any], shown: dict[str, Any], required: bool) -> FormField:
    kind = shown.get("kind") or _kind_of(said)
    one = FormField(
        name=name,
        kind=kind,
        label=said.get("title") or name.replace("_", " ").capitalize(),
        hint=said.get("description", ""),
        required=required or bool(shown.get("required")),
        required_if=shown.get("requiredIf", ""),
        show_if=shown.get("showIf", ""),
        minimum=_as_text(shown.get("minimum", said.get("minimum"))),
        maximum=_as_text(shown.get("maximum", said.get("maximum"))),
    )
    if kind == "text":
        return replace(one, max_length=said.get("maxLength"), pattern=_bare(said.get("pattern", "")))
    if kind == "long_text":
        return replace(one, max_length=said.get("maxLength"))
    if kind == "choice":
        values = said.get("enum") or (said.get("items") or {}).get("enum") or []
        labels = shown.get("labels") or {}
        widget = shown.get("widget") or ("checkboxes" if said.get("type") == "array" else "select")
        return replace(one, options=tuple((str(v), str(labels.get(str(v), v))) for v in values), widget=widget)
    if kind == "table":
        return replace(
            one,
            columns=tuple(_read_fields(said.get("items") or {}, shown)),
            min_rows=said.get("minItems") or 1,
            max_rows=said.get("maxItems") or MOST_ROWS,
        )
    return one


def _kind_of(said: dict[str, Any]) -> str:
    """The kind of a property of a schema that was written elsewhere."""
    if "enum" in said:
        return "choice"
    if said.get("type") == "array":
        return "table" if (said.get("items") or {}).get("type") == "object" else "choice"
    if said.get("type") == "string":
        return (
            "date"
            if said.get("format") == "date"
            else "text"
            if said.get("maxLength", 0) <= TEXT_LENGTH
            else "long_text"
        )
    return {"boolean": "yes_no", "integer": "integer", "number": "number"}.get(said.get("type", ""), "text")


def _as_text(limit: Any) -> str:
    if limit is None:
        return ""
    return str(int(limit)) if isinstance(limit, float) and limit.is_integer() else str(limit)


def _bare(pattern: str) -> str:
    return pattern[4:-2] if pattern.startswith("^(?:") and pattern.endswith(")$") else pattern
