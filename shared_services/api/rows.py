"""From a query to plain rows: one declaration serves the OpenAPI document and the columns that are read."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers


@cache
def columns(answer: type[serializers.Serializer]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and lookup paths of an answer's own columns; fields marked `read_elsewhere` are added by the view."""
    names, paths = [], []
    for name, field in answer._declared_fields.items():
        if isinstance(field, serializers.BaseSerializer) or getattr(field, "read_elsewhere", False):
            continue
        names.append(name)
        paths.append((field.source or name).replace(".", "__"))
    return tuple(names), tuple(paths)


def rows(queryset: QuerySet, answer: type[serializers.Serializer]) -> list[dict[str, Any]]:
    """The rows of a query as dicts, in one query and without building model instances."""
    names, paths = columns(answer)
    return [dict(zip(names, values, strict=True)) for values in queryset.values_list(*paths)]


def row_of(instance: Any, answer: type[serializers.Serializer]) -> dict[str, Any]:
    """The same row from an instance that a service has just returned, without reading it again."""
    names, paths = columns(answer)
    return {name: _reach(instance, path) for name, path in zip(names, paths, strict=True)}


def _reach(value: Any, path: str) -> Any:
    for step in path.split("__"):
        if value is None:
            return None
        value = getattr(value, step)
    return value


def elsewhere(field: Any) -> Any:
    """Mark a field that is in the answer but not a column of its query."""
    field.read_elsewhere = True
    return field


class Answer(serializers.Serializer):
    """Base of every declared answer: read only, fields named as on the wire, `source` is the lookup path."""
