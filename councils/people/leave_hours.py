"""Hours of leave: which hours a working pattern has between two days, by leave year."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

HALF = Decimal("0.5")
HUNDREDTH = Decimal("0.01")


class Pattern(Protocol):
    """What the sums need of a working pattern."""

    from_on: date

    @property
    def contracted_hours(self) -> Decimal: ...

    def hours_on(self, on: date) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class LeaveYear:
    """Twelve months of leave, from the day the council's settings say."""

    first_on: date
    last_on: date

    @classmethod
    def of(cls, on: date, *, month: int = 4, day: int = 1) -> LeaveYear:
        """The leave year that a day falls in."""
        year = on.year if (on.month, on.day) >= (month, day) else on.year - 1
        return cls(date(year, month, day), date(year + 1, month, day) - timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def next(self) -> LeaveYear:
        start = self.last_on + timedelta(days=1)
        return LeaveYear(start, date(start.year + 1, start.month, start.day) - timedelta(days=1))

    @property
    def previous(self) -> LeaveYear:
        start = date(self.first_on.year - 1, self.first_on.month, self.first_on.day)
        return LeaveYear(start, self.first_on - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first_on:%-d %B %Y} to {self.last_on:%-d %B %Y}"


def pattern_on(patterns: Sequence[Pattern], on: date) -> Pattern | None:
    """The pattern in force on a day; `patterns` are in order of their first day."""
    found = None
    for pattern in patterns:
        if pattern.from_on > on:
            break
        found = pattern
    return found


def hours_on(patterns: Sequence[Pattern], on: date) -> Decimal:
    """The hours worked on a day, whatever kind of day it is."""
    pattern = pattern_on(patterns, on)
    return pattern.hours_on(on) if pattern else Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LeaveDay:
    """One day of a request: what it costs, or why it costs nothing."""

    on: date
    hours: Decimal
    share: Decimal = Decimal(0)
    """Of the working day: 1, or 0.5 when the leave starts or ends at midday."""
    free_because: str = ""


def leave_days(
    patterns: Sequence[Pattern],
    *,
    first_on: date,
    last_on: date,
    starts_at_midday: bool = False,
    ends_at_midday: bool = False,
    days_off: Container[date] = frozenset(),
) -> list[LeaveDay]:
    """Each day from first to last with the hours it takes; bank holidays and days not worked take none."""
    days = []
    for n in range((last_on - first_on).days + 1):
        on = first_on + timedelta(days=n)
        hours = hours_on(patterns, on)
        if on in days_off:
            days.append(LeaveDay(on, Decimal("0.00"), free_because="Bank holiday or closure day"))
            continue
        if not hours:
            days.append(LeaveDay(on, Decimal("0.00"), free_because="Not a working day"))
            continue
        half = (starts_at_midday and on == first_on) or (ends_at_midday and on == last_on)
        share = HALF if half else Decimal(1)
        days.append(LeaveDay(on, (hours * share).quantize(HUNDREDTH, ROUND_HALF_UP), share))
    return days


def by_leave_year(days: Sequence[LeaveDay], *, month: int, day: int) -> dict[date, Decimal]:
    """First day of the leave year -> hours; years without hours are left out."""
    totals: dict[date, Decimal] = {}
    for leave_day in days:
        if leave_day.hours:
            year = LeaveYear.of(leave_day.on, month=month, day=day).first_on
            totals[year] = totals.get(year, Decimal("0.00")) + leave_day.hours
    return totals
