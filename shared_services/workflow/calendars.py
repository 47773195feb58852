"""Which days count: a council's own working days, told by the app that keeps its calendar."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import date, timedelta

from django.utils import timezone

from shared_services.tenancy.door import current_council

REMEMBERED_SECONDS = 30
AHEAD = timedelta(days=800)
BEHIND = timedelta(days=400)

DaysOff = Callable[[date, date], Collection[date]]
_sources: list[DaysOff] = []
_days_off: dict[int, tuple[float, date, frozenset[date]]] = {}


def days_off(function: DaysOff) -> DaysOff:
    """Register who knows the days between two days on which the room that is open does not work, weekends aside."""
    if function not in _sources:
        _sources.append(function)
    return function


def forget() -> None:
    """Ask for every room's days off afresh: changing a calendar and tests call this."""
    _days_off.clear()


def _off() -> frozenset[date]:
    """This room's days off around today, kept for half a minute."""
    room, today = current_council().number, timezone.localdate()
    known = _days_off.get(room)
    if known is None or known[1] != today or time.monotonic() - known[0] > REMEMBERED_SECONDS:
        found = {day for source in _sources for day in source(today - BEHIND, today + AHEAD)}
        known = _days_off[room] = (time.monotonic(), today, frozenset(found))
    return known[2]


def is_working_day(day: date) -> bool:
    """Whether this room works on a day."""
    return day.weekday() < 5 and day not in _off()


def add_working_days(day: date, days: int) -> date:
    """The day so many of this room's working days later; none at all gives the day itself or the next working day."""
    off = _off()
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in off:
            days -= 1
    while day.weekday() >= 5 or day in off:
        day += timedelta(days=1)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many of this room's working days lie after `first` up to and including `last`; 0 when it is not later."""
    off = _off()
    day, found = first, 0
    while day < last:
        day += timedelta(days=1)
        found += day.weekday() < 5 and day not in off
    return found
