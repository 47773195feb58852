"""Where figures come from: apps of a council's room register how to add up their own private records.

The shared service never reads those records: the source runs in the council's room, as the council, and only
sums by month and category leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FigureRow:
    """What one month and one CPV division come to."""

    month_on: date
    division: str
    lines: int
    net_amount: Decimal


FigureSource = Callable[[date], Iterable[FigureRow]]
_sources: dict[str, FigureSource] = {}


def figure_source(kind: str) -> Callable[[FigureSource], FigureSource]:
    """Register how a council's room adds up one kind of figure from a first month on.

    The function is `<app>/figures.py`, is given that month's first day and returns one FigureRow for each
    month and division, never two for the same.
    """

    def register(function: FigureSource) -> FigureSource:
        known = _sources.get(kind)
        if known is not None and known.__qualname__ != function.__qualname__:
            raise ValueError(f"Two sources report {kind}.")
        _sources[kind] = function
        return function

    return register


def all_sources() -> dict[str, FigureSource]:
    return dict(_sources)
