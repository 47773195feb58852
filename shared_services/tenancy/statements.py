"""Rows that every request asks for, by a statement put together once. Compiling the same query anew costs more than asking it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models
from django.db.models.base import ModelState


class JoinedRows:
    """Rows of a model with those that its keys lead to, as instances: `select_related().filter()` without the compiling.

    `path` names the keys from each model to the next; `where` speaks of their tables as t0, t1, t2 and so on.
    `reads` names the fields that are wanted ("amount", "task__title"), as `only()` does; all when not given.
    """

    def __init__(self, label: str, *path: str, where: str, reads: tuple[str, ...] = ()) -> None:
        self.label, self.path, self.where, self.reads = label, path, where, reads

    @cached_property
    def models(self) -> list[Any]:
        from django.apps import apps

        found: list[Any] = [apps.get_model(self.label)]
        for name in self.path:
            found.append(found[-1]._meta.get_field(name).related_model)
        return found

    @cached_property
    def keys(self) -> list[Any]:
        """The keys of `path`, each of the model before it."""
        return [self.models[place]._meta.get_field(name) for place, name in enumerate(self.path)]

    @cached_property
    def fields(self) -> list[list[Any]]:
        """Of each model the fields that are read, in the model's order: its key always, and the key to the next."""
        found = []
        for place, model in enumerate(self.models):
            before = "".join(f"{name}__" for name in self.path[:place])
            wanted = {name.removeprefix(before) for name in self.reads if name.startswith(before)}
            found.append(
                [
                    field
                    for field in model._meta.concrete_fields
                    if not self.reads
                    or field.primary_key
                    or field.name in self.path[place : place + 1]
                    or field.name in wanted
                ]
            )
        return found

    @cached_property
    def names(self) -> list[tuple[str, ...]]:
        return [tuple(field.attname for field in fields) for fields in self.fields]

    @cached_property
    def converters(self) -> list[tuple[int, Any, Any]]:
        """The columns whose values a field turns into its own, JSON for one: place in the row, converter, expression."""
        fields = [field for fields in self.fields for field in fields]
        return [
            (place, convert, field.get_col(field.model._meta.db_table))
            for place, field in enumerate(fields)
            for convert in field.get_db_converters(connection)
        ]

    @cached_property
    def sql(self) -> str:
        quoted = connection.ops.quote_name
        columns = [
            f"t{place}.{quoted(str(field.column))}" for place, fields in enumerate(self.fields) for field in fields
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
        return self.read_all(self.sql, values)

    def read_all(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Instances of what a statement gives that begins as this one does."""
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            alias, room = connection.alias, connection.schema_name
            return [self._read(row, alias, room) for row in cursor.fetchall()]

    def _read(self, row: Any, alias: str, room: str) -> Any:
        found: list[models.Model] = []
        start = 0
        if self.converters:
            row = list(row)
            for place, convert, expression in self.converters:
                row[place] = convert(row[place], expression, connection)
        for model, names in zip(self.models, self.names, strict=True):
            found.append(_as_read(model, alias, room, zip(names, row[start : start + len(names)], strict=True)))
            start += len(names)
        for place, key in enumerate(self.keys):
            key.set_cached_value(found[place], found[place + 1])
        return found[0]


def _as_read(model: type[models.Model], alias: str, room: str, values: Iterable[tuple[str, Any]]) -> models.Model:
    """What `from_db` gives, without asking each field of the model whether it was read: fields that were not are deferred.

    For models whose instances need nothing but their values and the room they were read in. A house test holds that.
    """
    one = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, alias
    one.__dict__.update(values, _state=state, _room=room)
    return one


class RowWriter:
    """INSERT and UPDATE of one model's rows as `save()` writes them, for rows that every decision writes.

    No signals, no parents, no defaults of the database: models of rooms have none.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self._updates: dict[tuple[str, ...], tuple[str, list[Any]]] = {}

    @cached_property
    def model(self) -> Any:
        from django.apps import apps

        return apps.get_model(self.label)

    @cached_property
    def _insert(self) -> tuple[str, list[Any]]:
        fields = [field for field in self.model._meta.concrete_fields if not field.generated]
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        places = ", ".join(map(_place, fields))
        return f"INSERT INTO {self.model._meta.db_table} ({columns}) VALUES ({places})", fields

    def insert(self, rows: Sequence[models.Model]) -> None:
        """Add rows, in one statement."""
        if not rows:
            return
        sql, fields = self._insert
        if len(rows) > 1:
            head, _, places = sql.partition(" VALUES ")
            sql = f"{head} VALUES {', '.join([places] * len(rows))}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [_as_kept(field, row, adding=True) for row in rows for field in fields])
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias

    def update(self, row: models.Model, *names: str) -> None:
        """Write some fields of a row that is there. Raises DatabaseError when it is not."""
        if names not in self._updates:
            fields = [self.model._meta.get_field(name) for name in names]
            changes = ", ".join(f"{connection.ops.quote_name(field.column)} = {_place(field)}" for field in fields)
            self._updates[names] = (f"UPDATE {self.model._meta.db_table} SET {changes} WHERE id = %s", fields)
        sql, fields = self._updates[names]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*(_as_kept(field, row, adding=False) for field in fields), row.pk])
            if cursor.rowcount == 0:
                raise DatabaseError(f"{row!r} is not there to be changed.")


def _place(field: Any) -> str:
    return f"%s::{field.db_type(connection)}" if isinstance(field, ArrayField) else "%s"


def _as_kept(field: Any, row: models.Model, *, adding: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, adding), connection)


def found_rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a statement finds. It speaks of values by place, never by text put into it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())


def found_keys(sql: str, *values: Any) -> set[Any]:
    """The first column of what a statement finds."""
    return {row[0] for row in found_rows(sql, *values)}


class OrderedRows:
    """Rows of a statement as a list page takes them: a slice at a time, and counted no further than it says.

    `of` gives the rows without an order, `order` the columns they come in. A count looks at the first table alone, so
    that the condition may name no other.
    """

    def __init__(self, of: JoinedRows, *values: Any, order: str) -> None:
        self.of, self.values, self.order = of, values, order

    def __getitem__(self, wanted: slice) -> list[Any]:
        sql = f"{self.of.sql} ORDER BY {self.order} LIMIT %s OFFSET %s"
        start = wanted.start or 0
        return self.of.read_all(sql, (*self.values, wanted.stop - start, start))

    def counted_to(self, limit: int) -> int:
        table = self.of.models[0]._meta.db_table
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {table} t0 WHERE {self.of.where} LIMIT %s) counted"
        with connection.cursor() as cursor:
            cursor.execute(sql, (*self.values, limit))
            return int(cursor.fetchone()[0])
