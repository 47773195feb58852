"""Every function that FEEL may call here: pure, bounded, by position. A value of the wrong kind gives null.

DMN 1.5, 10.3.4; `len`, `days` and `money` are the portal's own.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .values import (
    NUMBERS,
    Months,
    Range,
    add,
    before,
    both,
    either,
    equal,
    in_iso,
    kind_of,
    negative,
    remainder,
    to_date,
    to_date_and_time,
    to_duration,
    to_time,
)

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""By name, as FEEL spells it."""
_LONGEST = 200


def _function(name: str, *kinds: str, least: int | None = None, rest: bool = False) -> Callable[[Any], Any]:
    """Register a function that takes values of these kinds; `a|b` is either, `any` is all, null among the others gives null.

    `least` is how many must be given; with `rest` the last kind may come again and again.
    """
    wanted = [set(kind.split("|")) for kind in kinds]
    needed = len(kinds) if least is None else least

    def register(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            if len(values) < needed or (len(values) > len(wanted) and not rest):
                return None
            for place, value in enumerate(values):
                kind = wanted[min(place, len(wanted) - 1)]
                if "any" not in kind and kind_of(value) not in kind:
                    return None
            return work(*values)

        FUNCTIONS[name] = call
        return work

    return register


def _as_list(values: tuple[Any, ...]) -> Sequence[Any]:
    return values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values


# -- Making values -------------------------------------------------------------------------------


@_function("date", "text|date|date and time")
def _date(value: Any) -> date | None:
    if isinstance(value, str):
        return to_date(value)
    return value.date() if isinstance(value, datetime) else value


def _any_date(*values: Any) -> date | None:
    if len(values) != 3:
        return _date_of_one(*values)
    return date(*(int(value) for value in values)) if all(kind_of(value) == "number" for value in values) else None


_date_of_one = FUNCTIONS["date"]
FUNCTIONS["date"] = _any_date


@_function("date and time", "text|date|date and time", "time", least=1)
def _date_and_time(value: Any, clock: time | None = None) -> datetime | None:
    if clock is not None:
        return None if isinstance(value, str) else datetime.combine(value, clock)
    if isinstance(value, str):
        return to_date_and_time(value)
    return value if isinstance(value, datetime) else datetime.combine(value, time.min)


def _time(*values: Any) -> time | None:
    if len(values) == 1:
        value = values[0]
        if isinstance(value, str):
            return to_time(value)
        return value.timetz() if isinstance(value, datetime) else value if isinstance(value, time) else None
    if len(values) != 3 or any(kind_of(value) != "number" for value in values):
        return None
    hour, minute, second = (int(value) for value in values)
    return time(hour, minute, second)


FUNCTIONS["time"] = _time
_function("duration", "text")(to_duration)


@_function("years and months duration", "date|date and time", "date|date and time")
def _months_between(start: date, end: date) -> Months:
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)


@_function("number", "text", "text|null", "text|null", least=1)
def _number(text: str, group: str | None = None, point: str | None = None) -> Decimal | None:
    if len(text) > _LONGEST:
        return None
    if group:
        text = text.replace(group, "")
    plain = text.replace(point, ".") if point else text
    try:
        number = NUMBERS.create_decimal(plain.strip())
    except decimal.DecimalException:
        return None
    return number if number.is_finite() else None


@_function("string", "any")
def _string(value: Any) -> str | None:
    match kind_of(value):
        case "null":
            return None
        case "text":
            return str(value)
        case "boolean":
            return "true" if value else "false"
        case "number":
            return f"{Decimal(value):f}" if abs(Decimal(value).adjusted()) < 40 else str(value)
        case "list" | "context" | "range":
            return None
    return in_iso(value)


# -- True and false, and nothing -----------------------------------------------------------------


@_function("not", "any")
def negated(value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None


@_function("all", "any", rest=True)
def _all(*values: Any) -> bool | None:
    answer: bool | None = True
    for value in _as_list(values):
        answer = both(answer, value)
    return answer


@_function("any", "any", rest=True)
def _any(*values: Any) -> bool | None:
    answer: bool | None = False
    for value in _as_list(values):
        answer = either(answer, value)
    return answer


@_function("is", "any", "any")
def _is(left: Any, right: Any) -> bool:
    return kind_of(left) == kind_of(right) and equal(left, right) is True


# -- Texts ---------------------------------------------------------------------------------------

_function("string length", "text")(len)
_function("upper case", "text")(str.upper)
_function("lower case", "text")(str.lower)
_function("trim", "text")(str.strip)
_function("contains", "text", "text")(lambda text, part: part in text)
_function("starts with", "text", "text")(str.startswith)
_function("ends with", "text", "text")(str.endswith)
_function("substring before", "text", "text")(
    lambda text, part: text.partition(part)[0] if part and part in text else ""
)
_function("substring after", "text", "text")(lambda text, part: text.partition(part)[2] if part else text)


@_function("substring", "text", "number", "number", least=2)
def _substring(text: str, start: Any, length: Any = None) -> str | None:
    """Counted from 1, or from the end with a start below 0."""
    begin = int(start)
    if begin == 0 or (length is not None and length < 1):
        return None
    begin = begin - 1 if begin > 0 else max(len(text) + begin, 0)
    return text[begin:] if length is None else text[begin : begin + int(length)]


# -- Numbers -------------------------------------------------------------------------------------


def _rounded(value: Any, places: Any, how: str) -> Decimal | None:
    places = int(places)
    if not -6111 <= places <= 6176:
        return None
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    return number.quantize(Decimal(1).scaleb(-places, NUMBERS), rounding=how, context=NUMBERS)


for _name, _how in (
    ("floor", decimal.ROUND_FLOOR),
    ("ceiling", decimal.ROUND_CEILING),
    ("decimal", decimal.ROUND_HALF_EVEN),
    ("round up", decimal.ROUND_UP),
    ("round down", decimal.ROUND_DOWN),
    ("round half up", decimal.ROUND_HALF_UP),
    ("round half down", decimal.ROUND_HALF_DOWN),
    ("round", decimal.ROUND_HALF_UP),
):
    _least = 1 if _name in ("floor", "ceiling", "round") else 2
    _function(_name, "number", "number", least=_least)(
        lambda value, places=0, how=_how: _rounded(value, places, how),
    )


@_function("abs", "number|days and time|years and months")
def _abs(value: Any) -> Any:
    zero = {Months: Months(0), timedelta: timedelta(0)}.get(type(value), 0)
    return negative(value) if value < zero else value


@_function("sqrt", "number")
def _sqrt(value: Any) -> Decimal | None:
    return NUMBERS.sqrt(Decimal(value)) if value >= 0 else None


_function("modulo", "number", "number")(remainder)
_function("odd", "number")(lambda value: Decimal(value) % 2 in (1, -1))
_function("even", "number")(lambda value: Decimal(value) % 2 == 0)


# -- Lists ---------------------------------------------------------------------------------------


def _extreme(values: Sequence[Any], *, least: bool) -> Any:
    if not values:
        return None
    chosen = values[0]
    for value in values:
        found = before(value, chosen, or_equal=True) if least else before(chosen, value, or_equal=True)
        if found is None:
            return None
        chosen = value if found else chosen
    return chosen


_function("min", "any", rest=True)(lambda *values: _extreme(_as_list(values), least=True))
_function("max", "any", rest=True)(lambda *values: _extreme(_as_list(values), least=False))
_function("count", "list")(len)


@_function("sum", "any", rest=True)
def total(*values: Any) -> Any:
    """What is added up; null for nothing, or for values that cannot be added."""
    items = _as_list(values)
    if not items:
        return None
    answer = items[0]
    if kind_of(answer) not in ("number", "days and time", "years and months"):
        return None
    for item in items[1:]:
        answer = add(answer, item) if kind_of(item) == kind_of(answer) else None
    return answer


@_function("mean", "any", rest=True)
def _mean(*values: Any) -> Any:
    items = _as_list(values)
    answer = total(*items)
    return NUMBERS.divide(Decimal(answer), len(items)) if kind_of(answer) == "number" else None


_function("list contains", "list", "any")(lambda items, value: any(equal(item, value) is True for item in items))
_function("append", "list", "any", rest=True)(lambda items, *more: [*items, *more])
_function("concatenate", "list", rest=True)(lambda *lists: [item for items in lists for item in items])
_function("reverse", "list")(lambda items: list(reversed(items)))
_function("index of", "list", "any")(
    lambda items, value: [number for number, item in enumerate(items, start=1) if equal(item, value) is True]
)


@_function("distinct values", "list")
def _distinct(items: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(equal(item, known) is True for known in found):
            found.append(item)
    return found


@_function("sublist", "list", "number", "number", least=2)
def _sublist(items: Sequence[Any], start: Any, length: Any = None) -> list[Any] | None:
    begin = int(start)
    if begin == 0 or abs(begin) > len(items):
        return None
    begin = begin - 1 if begin > 0 else len(items) + begin
    return list(items[begin:] if length is None else items[begin : begin + int(length)])


@_function("includes", "range", "any")
def _includes(interval: Range, value: Any) -> bool | None:
    return interval.holds(value)


# -- Dates ---------------------------------------------------------------------------------------

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_function("day of week", "date|date and time")(lambda on: _DAYS[on.weekday()])
_function("month of year", "date|date and time")(lambda on: _MONTHS[on.month - 1])
_function("day of year", "date|date and time")(lambda on: on.timetuple().tm_yday)
_function("week of year", "date|date and time")(lambda on: on.isocalendar().week)


# -- The portal's own ----------------------------------------------------------------------------

_function("len", "text|list|context")(len)


@_function("days", "text|date|date and time", "text|date|date and time")
def _days(start: Any, end: Any) -> int | None:
    """How many days lie between two dates."""
    first, last = _date_of_one(start), _date_of_one(end)
    return None if first is None or last is None else (last - first).days


@_function("money", "text|number")
def _money(value: Any) -> Decimal | None:
    """A number of pounds with two places, half a penny up."""
    number = FUNCTIONS["number"](value) if isinstance(value, str) else Decimal(value)
    if number is None:
        return None
    return number.quantize(Decimal("0.01"), rounding=decimal.ROUND_HALF_UP, context=NUMBERS)  # type: ignore[no-any-return]
