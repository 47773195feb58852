"""FEEL's values: decimal numbers, texts, dates, times, durations, lists, ranges, and how they are compared and added.

What cannot be compared or added is null, as the language has it (DMN 1.5, 10.3.2). Numbers have 34 digits
(IEEE 754 decimal128). A date is Python's, a days and time duration a timedelta, years and months are `Months`.
"""

from __future__ import annotations

import decimal
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .bounds import MAX_ITEMS, MAX_TEXT, ExpressionError

MAX_WEIGHT = 20_000
"""Values in a list, those in its lists and contexts counted."""

NUMBERS = decimal.Context(
    prec=34, Emax=6144, Emin=-6143, rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.Overflow, decimal.InvalidOperation, decimal.DivisionByZero],
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration of years and months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is not included is open."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True

    def holds(self, value: Any) -> bool | None:
        above = before(self.low, value, or_equal=self.low_included)
        below = before(value, self.high, or_equal=self.high_included)
        return both(above, below)


_KINDS: dict[type, str] = {
    type(None): "null", bool: "boolean", int: "number", Decimal: "number", str: "text", datetime: "date and time",
    date: "date", time: "time", timedelta: "days and time", Months: "years and months", list: "list", tuple: "list",
    dict: "context", Range: "range",
}  # fmt: skip
_ORDERED = {"number", "text", "date", "time", "date and time", "days and time", "years and months"}
KIND_WORDS = {
    "null": "nothing", "boolean": "true or false", "number": "a number", "text": "a text", "date": "a date",
    "time": "a time", "date and time": "a date and time", "days and time": "a duration of days and time",
    "years and months": "a duration of years and months", "list": "a list", "context": "a table of values", "range": "a range",
}  # fmt: skip


def kind_of(value: Any) -> str:
    found = _KINDS.get(type(value))
    if found is None:
        found = next((word for kind, word in _KINDS.items() if isinstance(value, kind)), "context")
    return found


def seen(value: Any) -> Any:
    """A value of the case as FEEL sees it. Raises ExpressionError for one beyond all measure."""
    kind = type(value)
    if kind is float:
        return NUMBERS.create_decimal(repr(value))
    if kind is int and value.bit_length() > 256:
        raise ExpressionError("A number in the expression is too big.")
    if kind is list and len(value) > MAX_ITEMS:
        raise ExpressionError("A list in the expression is too long.")
    return value if kind is list else bounded(value)


def bounded(value: Any) -> Any:
    kind = type(value)
    if kind is str and len(value) > MAX_TEXT:
        raise ExpressionError("A text in the expression is too long.")
    if kind in (list, tuple):
        if len(value) > MAX_ITEMS:
            raise ExpressionError("A list in the expression is too long.")
        check_weight(value)
    return value


def check_weight(value: Any) -> None:
    """Refuse a list or context of more values than can be: lists of the same lists grow by doubling."""
    queue, weight = [value], 0
    while queue:
        holder = queue.pop()
        weight += len(holder)
        if weight > MAX_WEIGHT:
            raise ExpressionError("A list in the expression is too long.")
        inside = holder.values() if isinstance(holder, Mapping) else holder
        queue.extend(item for item in inside if isinstance(item, (list, tuple, Mapping)))


# -- Logic and comparison ------------------------------------------------------------------------


def both(left: Any, right: Any) -> bool | None:
    """FEEL's `and`: false wins, else what is not true or false makes it unknown."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Any, right: Any) -> bool | None:
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def equal(left: Any, right: Any) -> bool | None:
    """Whether two values are the same; null when they are of different kinds, though null itself compares with all."""
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind == "list":
        return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if kind == "context":
        return left.keys() == right.keys() and all(equal(left[key], right[key]) is True for key in left)
    return bool(left == right)


def before(left: Any, right: Any, *, or_equal: bool = False) -> bool | None:
    """Whether one value comes before another; null when they are not of one ordered kind."""
    kind = kind_of(left)
    if kind not in _ORDERED or kind != kind_of(right):
        return None
    if kind in ("date and time", "time") and (left.utcoffset() is None) != (right.utcoffset() is None):
        return None
    return bool(left <= right if or_equal else left < right)


# -- Arithmetic ----------------------------------------------------------------------------------

_CALENDAR = ("date", "date and time")


def add(left: Any, right: Any) -> Any:
    kinds = kind_of(left), kind_of(right)
    match kinds:
        case ("number", "number"):
            return NUMBERS.add(Decimal(left), Decimal(right))
        case ("text", "text"):
            return bounded(left + right)
        case ("days and time", "days and time"):
            return left + right
        case ("years and months", "years and months"):
            return Months(left.months + right.months)
        case ("date" | "date and time" | "time", "days and time" | "years and months" | "number"):
            return _later(left, right, kinds)
        case ("days and time" | "years and months", "date" | "date and time" | "time"):
            return _later(right, left, (kinds[1], kinds[0]))
    return None


def _later(start: Any, step: Any, kinds: tuple[str, str]) -> Any:
    match kinds:
        case ("date", "number"):
            # Not FEEL's own: our tables always could add days to a date.
            return start + timedelta(days=int(step))
        case ("date" | "date and time", "years and months"):
            return _months_later(start, step.months)
        case ("date", "days and time"):
            return (datetime.combine(start, time.min) + step).date()
        case ("date and time", "days and time"):
            return start + step
        case ("time", "days and time"):
            return (datetime.combine(date(2000, 1, 3), start) + timedelta(seconds=step.seconds)).timetz()
    return None


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def subtract(left: Any, right: Any) -> Any:
    kinds = kind_of(left), kind_of(right)
    if kinds == ("number", "number"):
        return NUMBERS.subtract(Decimal(left), Decimal(right))
    if kinds[0] in _CALENDAR and kinds[1] in _CALENDAR:
        return _apart(_moment(left, right), _moment(right, left))
    if kinds == ("time", "time"):
        return _apart(*(datetime.combine(date(2000, 1, 3), value) for value in (left, right)))
    if kinds[0] in ("text", "null") or kinds[1] in ("text", "null", *_CALENDAR, "time"):
        return None
    return add(left, negative(right))


def _moment(value: date, other: date) -> datetime:
    """A date beside a date and time is its midnight, in UTC when the other has a zone."""
    if isinstance(value, datetime):
        return value
    zone = UTC if isinstance(other, datetime) and other.utcoffset() is not None else None
    return datetime.combine(value, time.min, zone)


def _apart(left: datetime, right: datetime) -> timedelta | None:
    return None if (left.utcoffset() is None) != (right.utcoffset() is None) else left - right


def negative(value: Any) -> Any:
    match kind_of(value):
        case "number":
            return NUMBERS.minus(Decimal(value))
        case "days and time":
            return -value
        case "years and months":
            return Months(-value.months)
    return None


def multiply(left: Any, right: Any) -> Any:
    match (kind_of(left), kind_of(right)):
        case ("number", "number"):
            return NUMBERS.multiply(Decimal(left), Decimal(right))
        case ("days and time" | "years and months", "number"):
            return _scaled(left, Decimal(right))
        case ("number", "days and time" | "years and months"):
            return _scaled(right, Decimal(left))
    return None


def divide(left: Any, right: Any) -> Any:
    match (kind_of(left), kind_of(right)):
        case ("number", "number"):
            return NUMBERS.divide(Decimal(left), Decimal(right)) if right else None
        case ("days and time" | "years and months", "number"):
            return _scaled(left, NUMBERS.divide(Decimal(1), Decimal(right))) if right else None
        case ("days and time", "days and time"):
            return NUMBERS.divide(seconds(left), seconds(right)) if right else None
        case ("years and months", "years and months"):
            return NUMBERS.divide(Decimal(left.months), Decimal(right.months)) if right.months else None
    return None


def power(left: Any, right: Any) -> Any:
    if kind_of(left) != "number" or kind_of(right) != "number":
        return None
    return NUMBERS.power(Decimal(left), Decimal(right))


def remainder(left: Any, right: Any) -> Any:
    """What is left of a division; it has the sign of the divisor."""
    if kind_of(left) != "number" or kind_of(right) != "number" or not right:
        return None
    left, right = Decimal(left), Decimal(right)
    return NUMBERS.subtract(
        left, NUMBERS.multiply(right, NUMBERS.divide(left, right).to_integral_value(decimal.ROUND_FLOOR))
    )


def _scaled(duration: Any, factor: Decimal) -> Any:
    if isinstance(duration, Months):
        return Months(int(NUMBERS.multiply(Decimal(duration.months), factor)))
    return timedelta(microseconds=int(NUMBERS.multiply(seconds(duration) * 1_000_000, factor)))


def seconds(duration: timedelta) -> Decimal:
    return Decimal(duration.days * 86_400 + duration.seconds) + Decimal(duration.microseconds).scaleb(-6)


# -- Reading dates, times and durations ----------------------------------------------------------

_DURATION = re.compile(
    r"(-?)P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"(\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][\w+-]*(?:/[\w+-]+){0,2})?")


def to_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def to_time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    clock, zone = found.groups()
    whole, _, fraction = clock.partition(".")
    try:
        if zone and zone.startswith("@"):
            return time.fromisoformat(whole).replace(
                microsecond=int(fraction[:6].ljust(6, "0")), tzinfo=ZoneInfo(zone[1:])
            )
        return time.fromisoformat(f"{whole}.{fraction[:6].ljust(6, '0')}{zone or ''}")
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def to_date_and_time(text: str) -> datetime | None:
    day, mark, clock = text.partition("T")
    on, at = to_date(day), to_time(clock) if mark else time.min
    return None if on is None or at is None else datetime.combine(on, at)


def to_duration(text: str) -> timedelta | Months | None:
    """A duration like P1Y2M or P1DT2H; null for one that mixes months and days."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    sign = -1 if found[1] else 1
    years, months = (int(part or 0) for part in found.groups()[1:3])
    rest = found.groups()[3:]
    if found[2] or found[3]:
        return None if any(part is not None for part in rest) else Months(sign * (12 * years + months))
    days, hours, minutes = (int(part or 0) for part in rest[:3])
    try:
        return sign * timedelta(days=days, hours=hours, minutes=minutes, seconds=float(rest[3] or 0))
    except OverflowError:
        return None


def to_temporal(text: str) -> Any:
    """The value of an `@"..."`: whichever kind of date, time or duration the text says."""
    for read in (to_date, to_time, to_date_and_time, to_duration):
        value = read(text)
        if value is not None:
            return value
    return None


# -- Writing them ----------------------------------------------------------------------------------


def in_iso(value: Any) -> str:
    """A date, time or duration as ISO text."""
    if isinstance(value, Months):
        years, months = divmod(abs(value.months), 12)
        parts = f"{years}Y" * bool(years) + f"{months}M" * bool(months) or "0M"
        return f"{'-' if value.months < 0 else ''}P{parts}"
    if isinstance(value, timedelta):
        return _days_in_iso(value)
    return str(value.isoformat())


def _days_in_iso(value: timedelta) -> str:
    size = abs(value)
    minutes, rest = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{size.microseconds:06}".rstrip("0") if size.microseconds else ""
    clock = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{rest}{fraction}S" * bool(rest or fraction)
    text = f"{size.days}D" * bool(size.days) + (f"T{clock}" if clock else "")
    return f"{'-' if value < timedelta(0) else ''}P{text or 'T0S'}"
