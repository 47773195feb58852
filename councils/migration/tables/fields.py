"""What a table of the legacy system, or a plain template, is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How a value is written and what it becomes: keys keep or regain their leading zeros."""

    TEXT = "text"
    KEY = "key"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Field:
    """One column that is wanted. `length` is the longest text, or the digits of a key, or of a number before the point."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    length: int = 200
    required: bool = False
    aliases: tuple[str, ...] = ()
    """Other headings that mean this column, as the legacy system's own lists print them."""

    @property
    def is_money(self) -> bool:
        return self.kind == Kind.MONEY


@dataclass(frozen=True)
class Table:
    """A table that can be loaded: its wanted columns, what tells its rows apart, and who may load it."""

    key: str
    title: str
    fields: tuple[Field, ...]
    key_fields: tuple[str, ...]
    permission: str = "migration.load_extracts"
    personal: bool = False
    prefer: str = ""
    """Where a record has a row for each stretch of time: the date field whose latest row counts."""
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Field -> the values of rows that are wanted; others are left out and counted."""
    unless: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Field -> the values of rows that are left out (a locked record, say)."""
    known: frozenset[str] = frozenset()
    """Every column the legacy system has in this table: one of these is no surprise, though it is not wanted."""
    is_template: bool = False
    sealed: tuple[str, ...] = ()
    """Fields that are encrypted together as they are read, so that they rest nowhere in the open: their places then
    hold a fingerprint, the sealed text and the last four figures."""

    def __post_init__(self) -> None:
        names = [one.name for one in self.fields]
        assert set(self.key_fields) <= set(names), self.key

    def place(self, name: str) -> int:
        """The position of a field among the staged cells, counted from 1 as PostgreSQL counts."""
        return [one.name for one in self.fields].index(name) + 1

    def field_called(self, name: str) -> Field:
        return self.fields[self.place(name) - 1]

    @property
    def money_fields(self) -> list[Field]:
        return [one for one in self.fields if one.is_money]

    @property
    def required_fields(self) -> list[Field]:
        return [one for one in self.fields if one.required or one.name in self.key_fields]
