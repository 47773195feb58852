"""When a timer in a drawing is due: ISO durations, dates and bounded cycles, or an expression that gives one."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from .expressions import check

MAX_REPEATS = 400
LONGEST = timedelta(days=3660)
_DURATION = re.compile(
    r"^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$"
)
_CYCLE = re.compile(r"^R(\d*)/(?:([^/]+)/)?(P[^/]+)$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(T.*)?$")
_LOOKS_PLAIN = re.compile(r"^(P[\dT]|R\d*/|\d{4}-\d{2}-\d{2})")

Evaluate = Callable[[str], Any]


class TimerError(ValueError):
    """A timer without a sensible time, with the reason in plain words."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer as drawn: what kind of time it has, and the time or the expression that gives it."""

    kind: str
    text: str

    @property
    def is_plain(self) -> bool:
        """True for a time as such, false for an expression."""
        return bool(_LOOKS_PLAIN.match(self.text)) or not self.text


@dataclass(frozen=True, slots=True)
class Due:
    """The next time a timer goes off, how often after that, and how far apart."""

    at: datetime
    left: int = 0
    every: str = ""


def check_timer(timer: Timer) -> None:
    """Raise TimerError or ExpressionError for a timer that can never be worked out."""
    if not timer.text:
        raise TimerError("it has no time. Give a duration like P3D, a date like 2026-12-01, or a cycle like R3/P1D")
    if not timer.is_plain:
        check(timer.text)
        return
    first_due(timer, lambda text: text, datetime.now(UTC))


def first_due(timer: Timer, evaluate: Evaluate, now: datetime) -> Due:
    """When a timer that starts now goes off. Raises TimerError, or ExpressionError from its expression."""
    value = timer.text if timer.is_plain else evaluate(timer.text)
    if timer.kind == "date":
        return Due(_moment(value))
    if timer.kind == "cycle":
        return _cycle(value, now)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        value = f"P{int(value)}D"
    return Due(later(now, value))


def next_due(due: Due, now: datetime) -> Due:
    """The next round after one has gone off. Rounds that were missed meanwhile are not made up for."""
    at, left = due.at, due.left
    while left > 0 and at <= now:
        at, left = later(at, due.every), left - 1
    return Due(at, left, due.every)


def later(start: datetime, duration: Any) -> datetime:
    """A moment so much later. Days and months keep the time of day on the wall."""
    found = _DURATION.match(duration) if isinstance(duration, str) else None
    if found is None:
        raise TimerError(f"“{duration}” is not a duration like P3D or PT1H")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    wall = start.astimezone(timezone.get_default_timezone())
    month = wall.month - 1 + months + 12 * years
    year, month = wall.year + month // 12, month % 12 + 1
    if year > 9000:
        raise TimerError(f"“{duration}” is longer than ten years")
    wall = wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))
    wall += timedelta(days=days + 7 * weeks)
    end = wall.astimezone(UTC) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if end <= start:
        raise TimerError(f"“{duration}” is no time at all")
    if end - start > LONGEST:
        raise TimerError(f"“{duration}” is longer than ten years")
    return end


def _cycle(value: Any, now: datetime) -> Due:
    found = _CYCLE.match(value) if isinstance(value, str) else None
    if found is None:
        raise TimerError(f"“{value}” is not a cycle like R3/P1D")
    times = int(found[1] or 0)
    if not 1 <= times <= MAX_REPEATS:
        raise TimerError(f"a cycle says how often: between R1 and R{MAX_REPEATS}")
    first = later(now, found[3])
    return Due(_moment(found[2]) if found[2] else first, times - 1, found[3])


def _moment(value: Any) -> datetime:
    zone = timezone.get_default_timezone()
    if isinstance(value, str) and _DATE.match(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise TimerError(f"“{value}” is not a date like 2026-12-01") from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time.min, zone).astimezone(UTC)
    raise TimerError(f"“{value}” is not a date like 2026-12-01")
