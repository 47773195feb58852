"""Rows that every request asks for, by a statement put together once. Compiling the same query anew costs more than asking it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import connection, models


class JoinedRows:
    """Rows of a model with those that its keys lead to, as instances: `select_related().filter()` without the compiling.

    `path` names the keys from each model to the next; `where` speaks of their tables as t0, t1, t2 and so on.
    """

    def __init__(self, label: str, *path: str, where: str) -> None:
        self.label, self.path, self.where = label, path, where

    @cached_property
    def models(self) -> list[Any]:
        from django.apps import apps

        found: list[Any] = [apps.get_model(self.label)]
        for name in self.path:
            found.append(found[-1]._meta.get_field(name).related_model)
        return found

    @cached_property
    def names(self) -> list[tuple[str, ...]]:
        return [tuple(field.attname for field in model._meta.concrete_fields) for model in self.models]

    @cached_property
    def sql(self) -> str:
        quoted = connection.ops.quote_name
        columns = [
            f"t{place}.{quoted(str(field.column))}"
            for place, model in enumerate(self.models)
            for field in model._meta.concrete_fields
        ]
        joins = [
            f" JOIN {self.models[place]._meta.db_table} t{place}"
            f" ON t{place}.{self.models[place]._meta.pk.column} = t{place - 1}.{self._column(place - 1, name)}"
            for place, name in enumerate(self.path, 1)
        ]
        return f"SELECT {', '.join(columns)} FROM {self.models[0]._meta.db_table} t0{''.join(joins)} WHERE {self.where}"

    def _column(self, place: int, name: str) -> str:
        return str(self.models[place]._meta.get_field(name).column)

    def find(self, *values: Any) -> Any:
        """The one instance that the condition leads to, or None."""
        return next(iter(self.find_all(*values)), None)

    def find_all(self, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            return [self._read(row) for row in cursor.fetchall()]

    def _read(self, row: Any) -> Any:
        found: list[models.Model] = []
        start = 0
        for model, names in zip(self.models, self.names, strict=True):
            found.append(model.from_db(connection.alias, names, row[start : start + len(names)]))
            start += len(names)
        for place, name in enumerate(self.path):
            setattr(found[place], name, found[place + 1])
        return found[0]
