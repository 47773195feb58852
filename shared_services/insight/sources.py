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


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """What was ordered from one supplier, by the name that the orders bear."""

    name: str
    orders: int
    net_amount: Decimal


SupplierSource = Callable[[date], Iterable[SupplierRow]]
_supplier_sources: list[SupplierSource] = []


def supplier_source(function: SupplierSource) -> SupplierSource:
    """Register how a council's room adds up its orders by supplier from a first month on."""
    _supplier_sources.append(function)
    return function


def supplier_sources() -> list[SupplierSource]:
    return list(_supplier_sources)


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
