"""One page of a list, found without counting more than an officer would read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator

COUNTED_TO = 1000
"""Longer lists say "more than": an exact count of many thousand rows costs more than the page itself."""


@dataclass(frozen=True)
class ListSlice:
    """The records of one page, and what the page says about the rest."""

    number: int
    size: int
    records: list[Any]
    total: int
    """How many there are, as far as they were counted."""
    is_exact: bool
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        return self.has_previous or self.has_next

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1

    @property
    def start_index(self) -> int:
        return (self.number - 1) * self.size + 1 if self.records else 0

    @property
    def end_index(self) -> int:
        return (self.number - 1) * self.size + len(self.records)

    @property
    def numbers(self) -> Iterable[int | str]:
        """The numbers under the list: first, last counted, and those around this page."""
        known = Paginator(range(max(self.total, self.end_index + self.has_next)), self.size)
        return known.get_elided_page_range(self.number, on_each_side=1, on_ends=1)


def slice_of(rows: Any, *, asked: str | None, size: int) -> ListSlice:
    """The page that an address asks for; the last one when there are fewer, the first when it makes no sense."""
    number = int(asked) if asked and asked.isdecimal() and 0 < len(asked) < 9 and int(asked) > 0 else 1
    records = _records(rows, number, size)
    if not records and number > 1:
        number = max(1, -(-_counted(rows) // size))
        records = _records(rows, number, size)
    start = (number - 1) * size
    if len(records) <= size:
        return ListSlice(number, size, records, start + len(records), True, False)
    counted = _counted(rows)
    total = max(min(counted, COUNTED_TO), start + len(records))
    return ListSlice(number, size, records[:size], total, counted <= COUNTED_TO, True)


def _records(rows: Any, number: int, size: int) -> list[Any]:
    start = (number - 1) * size
    return list(rows[start : start + size + 1])


def _counted(rows: Any) -> int:
    """How many rows, or one more than is counted."""
    if hasattr(rows, "counted_to"):
        return int(rows.counted_to(COUNTED_TO + 1))
    if hasattr(rows, "query"):
        return int(rows.order_by()[: COUNTED_TO + 1].count())
    return min(len(rows), COUNTED_TO + 1)
