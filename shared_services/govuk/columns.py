"""Columns of a list: where a value comes from and how it is written on the page and in a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.utils.timezone import localtime

from .addresses import addresses_of
from .words import spoken_date, spoken_instant, tabled_money

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBERS = {"money", "number"}
UNBROKEN_KINDS = {"date", "tag"}
PLAIN_CELL = "govuk-table__cell"
UNBROKEN_CELL = "govuk-table__cell gh-unbroken"
NUMBER_CELL = "govuk-table__cell govuk-table__cell--numeric gh-money"


@dataclass(frozen=True)
class Column:
    """One column. `key` is also where the value is: an attribute path ("cost_centre.name") or a key of a dict.

    `kind`: text, money, number, date, datetime, yes_no, tag. `link=True` leads to the row's own page
    (`get_absolute_url`, or `url`); `page=("workflow:task", "task_id")` to the page of that name, for the key it finds
    in the row, and is the quickest. `sort` names what the database orders by. `tags` maps a value to a
    colour of the design system.
    """

    key: str
    label: str
    link: bool = False
    sort: str = ""
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    values: Callable[[list[Any]], list[Any]] | None = None
    """In place of `value` where what all rows need, today's date for one, is worked out once."""
    url: Callable[[Any], str] | None = None
    page: tuple[str, str] | None = None
    tags: Mapping[str, str] | None = None
    shown: bool = True
    """False: only for officers who choose the column."""
    read: Callable[[Any], Any] = field(init=False, repr=False, compare=False)
    """What a row has in this column."""
    write: Callable[[Any, Any], str] = field(init=False, repr=False, compare=False)
    """The words for such a value, of this row."""

    def __post_init__(self) -> None:
        # A list asks for thousands of cells: how each is read and written is settled once.
        object.__setattr__(self, "read", self.value or _reader_of_one(self.values) or _reader(self.key))
        object.__setattr__(self, "write", WRITERS.get(self.kind) or self._plain())

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def css(self) -> str:
        if self.kind in NUMBERS:
            return NUMBER_CELL
        return UNBROKEN_CELL if self.key.endswith("reference") or self.kind in UNBROKEN_KINDS else PLAIN_CELL

    def read_all(self, rows: list[Any]) -> list[Any]:
        """What these rows have in this column."""
        return self.values(rows) if self.values else [self.read(row) for row in rows]

    def text(self, value: Any, row: Any) -> str:
        """What the page writes for a value of this column."""
        return "" if value is None or value == "" else self.write(value, row)

    @property
    def leads_somewhere(self) -> bool:
        return self.link or self.url is not None or self.page is not None

    def addresses(self, rows: list[Any]) -> list[str]:
        """Where the cells of these rows lead."""
        if self.page is not None:
            name, path = self.page
            return addresses_of(name, [_found(row, path) for row in rows])
        if self.url is not None:
            return [self.url(row) for row in rows]
        return [row["url"] if isinstance(row, Mapping) else row.get_absolute_url() for row in rows]

    def colour(self, value: Any) -> str:
        """The colour of a tag with this value."""
        return (self.tags or {}).get(str(value), "grey")

    def exported(self, row: Any) -> str:
        """The value for a CSV file: ISO dates, dot decimals, and no text that a spreadsheet would run."""
        raw = self.read(row)
        if raw is None:
            return ""
        if isinstance(raw, bool):
            return "yes" if raw else "no"
        if isinstance(raw, datetime):
            return localtime(raw).isoformat(timespec="seconds")
        if isinstance(raw, date):
            return raw.isoformat()
        if isinstance(raw, (int, float, Decimal)):
            return str(raw)
        return harmless(self.text(raw, row))

    def _plain(self) -> Callable[[Any, Any], str]:
        """Text, yes or no, and a model's own words for a field with choices."""
        display = f"get_{self.key}_display" if self.value is None and "." not in self.key else ""

        def write(raw: Any, row: Any) -> str:
            if isinstance(raw, bool):
                return "Yes" if raw else "No"
            in_words = getattr(row, display, None) if display else None
            return str(in_words() if in_words is not None else raw)

        return write


WRITERS: Mapping[str, Callable[[Any, Any], str]] = {
    "money": lambda raw, _row: tabled_money(raw),
    "number": lambda raw, _row: f"{raw:,}",
    "date": lambda raw, _row: spoken_date(raw),
    "datetime": lambda raw, _row: spoken_instant(raw),
}


def _reader_of_one(values: Callable[[list[Any]], list[Any]] | None) -> Callable[[Any], Any] | None:
    return None if values is None else lambda row: values([row])[0]


def _reader(path: str) -> Callable[[Any], Any]:
    get = attrgetter(path)

    def read(row: Any) -> Any:
        try:
            found = _found(row, path) if isinstance(row, dict) else get(row)
        except AttributeError:
            found = _found(row, path)
        return found() if callable(found) else found

    return read


def _found(row: Any, path: str) -> Any:
    """What an attribute path ("cost_centre.name") or a dict's key leads to; None when something on the way is missing."""
    for step in path.split("."):
        row = row.get(step) if isinstance(row, Mapping) else getattr(row, step, None)
        if row is None:
            return None
    return row


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and never runs: a leading sign of a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
