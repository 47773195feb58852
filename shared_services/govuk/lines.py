"""Rows of a form that an officer adds and removes: requisition lines, and the split of each line's cost.

Works with plain submit buttons. A `LineSet` says what a row is; `Lines` are the rows of one page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from .forms import error_links, leave_unchecked


@dataclass(frozen=True)
class LineSet:
    """What a row is made of, and how many there may be. `inner` are line sets inside each row."""

    form_class: type[forms.BaseForm]
    prefix: str = "lines"
    label: str = "Line"
    add_label: str = "Add another line"
    minimum: int = 1
    maximum: int = 100
    inner: Mapping[str, LineSet] = field(default_factory=dict)
    form_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def empty(self, initial: list[dict[str, Any]] | None = None, prefix: str | None = None) -> Lines:
        """Rows of a new page. A row's `initial` may hold a list for each inner line set."""
        prefix = prefix or self.prefix
        rows = list(initial or [])
        rows += [{} for _ in range(self.minimum - len(rows))]
        return Lines(
            self,
            prefix,
            [
                Row(
                    self,
                    prefix,
                    number,
                    self.form_class(prefix=f"{prefix}-{number}", initial=values, **self.form_kwargs),
                    {
                        name: inner.empty(values.get(name), f"{prefix}-{number}-{inner.prefix}")
                        for name, inner in self.inner.items()
                    },
                )
                for number, values in enumerate(rows)
            ],
        )

    def sent(self, data: Any, prefix: str | None = None) -> Lines:
        """The rows as the officer sent them."""
        prefix = prefix or self.prefix
        try:
            count = int(data.get(f"{prefix}-count", self.minimum))
        except ValueError:
            count = self.minimum
        count = max(0, min(count, self.maximum))
        return Lines(
            self,
            prefix,
            [
                Row(
                    self,
                    prefix,
                    number,
                    self.form_class(data, prefix=f"{prefix}-{number}", **self.form_kwargs),
                    {name: inner.sent(data, f"{prefix}-{number}-{inner.prefix}") for name, inner in self.inner.items()},
                )
                for number in range(count)
            ],
            data=data,
        )


@dataclass
class Row:
    line_set: LineSet
    outer_prefix: str
    number: int
    form: forms.BaseForm
    inner: dict[str, Lines]

    @property
    def prefix(self) -> str:
        return f"{self.outer_prefix}-{self.number}"

    @property
    def label(self) -> str:
        return f"{self.line_set.label} {self.number + 1}"

    @property
    def remove(self) -> str:
        """The value of the row's Remove button."""
        return f"remove:{self.prefix}"

    @property
    def before(self) -> str:
        """Where the page goes on when this row is gone: the row before it, which then may be the first."""
        return f"{self.outer_prefix}-{max(self.number - 1, 0)}"

    def values(self) -> dict[str, Any]:
        """The row's cleaned values, with a list for each inner line set."""
        return {**self.form.cleaned_data, **{name: lines.values() for name, lines in self.inner.items()}}


@dataclass
class Lines:
    """The rows of one page."""

    line_set: LineSet
    prefix: str
    rows: list[Row]
    data: Any = None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def count_name(self) -> str:
        return f"{self.prefix}-count"

    @property
    def add(self) -> str:
        """The value of the button that adds a row."""
        return f"add:{self.prefix}"

    @property
    def next_prefix(self) -> str:
        """What the added row will be called, so that the page can return to it."""
        return f"{self.prefix}-{len(self.rows)}"

    @property
    def may_add(self) -> bool:
        return len(self.rows) < self.line_set.maximum

    @property
    def may_remove(self) -> bool:
        return len(self.rows) > self.line_set.minimum

    def is_valid(self) -> bool:
        return (
            all(
                [
                    part
                    for row in self.rows
                    for part in (row.form.is_valid(), *(lines.is_valid() for lines in row.inner.values()))
                ]
                or [True]
            )
            and len(self.rows) >= self.line_set.minimum
        )

    def is_multipart(self) -> bool:
        return any(row.form.is_multipart() for row in self.rows)

    def values(self) -> list[dict[str, Any]]:
        """What the service gets: one dict a row."""
        return [row.values() for row in self.rows]

    def error_links(self) -> list[dict[str, str]]:
        links = []
        for row in self.rows:
            links += [{**link, "text": f"{row.label}: {link['text']}"} for link in error_links(row.form)]
            for lines in row.inner.values():
                links += [{**link, "text": f"{row.label}, {link['text']}"} for link in lines.error_links()]
        return links

    def changed(self, change: str) -> Lines:
        """The rows after "add:<prefix>" or "remove:<prefix>-<number>", nothing checked and nothing lost."""
        verb, _, target = change.partition(":")
        data = _as_dict(self.data)
        if verb == "add":
            data[f"{target}-count"] = [str(_count(data, target, self._minimum_at(target)) + 1)]
        elif verb == "remove" and "-" in target:
            prefix, _, number = target.rpartition("-")
            if number.isdigit():
                _close_gap(data, prefix, int(number), self._minimum_at(prefix))
        lines = self.line_set.sent(_as_query(data), self.prefix)
        lines._leave_unchecked()
        return lines

    def _minimum_at(self, prefix: str) -> int:
        """The minimum of the line set that a prefix belongs to: this one's, or one inside its rows."""
        if prefix == self.prefix:
            return self.line_set.minimum
        for row in self.rows:
            for lines in row.inner.values():
                if prefix == lines.prefix or prefix.startswith(f"{lines.prefix}-"):
                    return lines._minimum_at(prefix)
        return 0

    def _leave_unchecked(self) -> None:
        for row in self.rows:
            leave_unchecked(row.form)
            for lines in row.inner.values():
                lines._leave_unchecked()


def _as_dict(data: Any) -> dict[str, list[str]]:
    return {name: list(values) for name, values in data.lists()} if data is not None else {}


def _as_query(data: dict[str, list[str]]) -> QueryDict | MultiValueDict:
    return MultiValueDict(data)


def _count(data: dict[str, list[str]], prefix: str, minimum: int) -> int:
    try:
        return int(data[f"{prefix}-count"][0])
    except (KeyError, IndexError, ValueError):
        return minimum


def _close_gap(data: dict[str, list[str]], prefix: str, gone: int, minimum: int) -> None:
    """Take one row out and number the later ones down, whatever lies inside them."""
    count = _count(data, prefix, minimum)
    if gone >= count:
        return
    of_a_row = re.compile(rf"^{re.escape(prefix)}-(\d+)-(.+)$")
    for name in sorted(data, key=_row_order(of_a_row)):
        match = of_a_row.match(name)
        if not match:
            continue
        number = int(match[1])
        if number == gone:
            del data[name]
        elif number > gone:
            data[f"{prefix}-{number - 1}-{match[2]}"] = data.pop(name)
    data[f"{prefix}-count"] = [str(count - 1)]


def _row_order(of_a_row: re.Pattern[str]) -> Any:
    def order(name: str) -> int:
        match = of_a_row.match(name)
        return int(match[1]) if match else -1

    return order
