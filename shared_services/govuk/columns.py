"""Columns of a list: where a value comes from and how it is written on the page and in a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.utils.timezone import localtime

from .addresses import address_of
from .words import spoken_date, spoken_instant, spoken_money

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
    url: Callable[[Any], str] | None = None
    page: tuple[str, str] | None = None
    tags: Mapping[str, str] | None = None
    shown: bool = True
    """False: only for officers who choose the column."""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def css(self) -> str:
        if self.kind in NUMBERS:
            return NUMBER_CELL
        return UNBROKEN_CELL if self.key.endswith("reference") or self.kind in UNBROKEN_KINDS else PLAIN_CELL

    def read(self, row: Any) -> Any:
        if self.value is not None:
            return self.value(row)
        found = _found(row, self.key)
        return found() if callable(found) else found

    def parts(self, row: Any) -> tuple[str, str, str]:
        """What the page shows of a row in this column: the words, the address they lead to, the tag's colour."""
        raw = self.read(row)
        text = self._written(raw, row)
        url = ""
        if self.page is not None:
            url = address_of(self.page[0], _found(row, self.page[1]))
        elif self.url is not None:
            url = self.url(row)
        elif self.link:
            url = row["url"] if isinstance(row, Mapping) else row.get_absolute_url()
        return text, url, (self.tags or {}).get(str(raw), "grey") if self.kind == "tag" else ""

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
        return harmless(self._written(raw, row))

    def _written(self, raw: Any, row: Any) -> str:
        if raw is None or raw == "":
            return ""
        if self.kind == "money":
            return spoken_money(raw)
        if self.kind == "number":
            return f"{raw:,}"
        if self.kind == "date":
            return spoken_date(raw)
        if self.kind == "datetime":
            return spoken_instant(raw)
        if isinstance(raw, bool):
            return "Yes" if raw else "No"
        if self.value is None and "." not in self.key and not isinstance(row, Mapping):
            display = getattr(row, f"get_{self.key}_display", None)
            if display is not None:
                return str(display())
        return str(raw)


def _found(row: Any, path: str) -> Any:
    """What an attribute path ("cost_centre.name") or a dict's key leads to; None when something on the way is missing."""
    if not isinstance(row, Mapping):
        try:
            return _getter(path)(row)
        except AttributeError:
            pass
    for step in path.split("."):
        row = row.get(step) if isinstance(row, Mapping) else getattr(row, step, None)
        if row is None:
            return None
    return row


@lru_cache(maxsize=1024)
def _getter(path: str) -> Callable[[Any], Any]:
    return attrgetter(path)


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and never runs: a leading sign of a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
