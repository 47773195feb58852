"""The JSON Schema (draft 2020-12) that stands beside each file of rows."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import Promise

from .contents import PackedTable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
POUNDS = "Pounds sterling."


def schema_of(table: PackedTable) -> dict[str, Any]:
    """What each column of a file holds: its type, its words, its unit where it has one, and what it refers to."""
    model = table.model
    words = _words_of(model)
    return {
        "$schema": DIALECT,
        "title": str(model._meta.verbose_name).capitalize(),
        "description": " ".join((model.__doc__ or "").split()),
        "type": "object",
        "properties": {field.column: _property(field, words.get(field.name, "")) for field in table.fields},
        "required": [field.column for field in table.fields],
        "additionalProperties": False,
        "x-table": table.table,
        "x-primary-key": table.key,
        "x-order": [table.key],
        **({"x-only-read": table.only_read} if table.only_read else {}),
    }


def _property(field: Any, words: str) -> dict[str, Any]:
    found = _type_of(field)
    said = [words, str(field.help_text or "")]
    if field.column.endswith("_amount"):
        said.append(POUNDS)
    if any(said):
        found["description"] = " ".join(one for one in said if one)
    found["title"] = str(field.verbose_name).capitalize()
    if field.choices and not isinstance(field.choices, Promise):
        found["x-choices"] = {str(value): str(label) for value, label in field.flatchoices}
    if field.is_relation:
        found["x-references"] = f"{field.related_model._meta.db_table}.{field.target_field.column}"
    if field.generated:
        found["readOnly"] = True
    if field.null:
        found["type"] = [found["type"], "null"] if "type" in found else ["object", "array", "string", "number", "null"]
    return found


def _type_of(field: Any) -> dict[str, Any]:
    if field.is_relation:
        return _type_of(field.target_field)
    if isinstance(field, ArrayField):
        return {"type": "array", "items": _type_of(field.base_field)}
    if field.generated:
        return _type_of(field.output_field)
    kind = field.get_internal_type()
    if kind == "DecimalField":
        return {"type": "number", "x-decimal-places": field.decimal_places}
    if "Integer" in kind or kind.endswith("AutoField"):
        return {"type": "integer"}
    simple: dict[str, dict[str, Any]] = {
        "BooleanField": {"type": "boolean"},
        "UUIDField": {"type": "string", "format": "uuid"},
        "DateField": {"type": "string", "format": "date"},
        "DateTimeField": {"type": "string", "format": "date-time"},
        "TimeField": {"type": "string", "format": "time"},
        "JSONField": {},
        "BinaryField": {"type": "string", "description": "Bytes in hexadecimal after \\x."},
    }
    if kind in simple:
        return dict(simple[kind])
    if isinstance(field, models.FileField):
        return {"type": "string", "description": "The file’s path under documents/."}
    return {"type": "string", **({"maxLength": field.max_length} if field.max_length else {})}


@cache
def _words_of(model: type[models.Model]) -> dict[str, str]:
    """The sentence under each field in the source, for ours and for what they stand on."""
    words: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if not cls.__module__.startswith(("councils.", "shared_services.")):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(body, ast.ClassDef)
        for line, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(line, ast.Assign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                for target in line.targets:
                    if isinstance(target, ast.Name) and isinstance(after.value.value, str):
                        words[target.id] = " ".join(after.value.value.split())
    return words
