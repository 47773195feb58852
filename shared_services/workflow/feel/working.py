"""What the parts of an expression work out, each made once from the parts in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .bounds import ExpressionError
from .values import Range, equal, kind_of, seen
from .words import Callee, Work

PARTS: dict[str, frozenset[str]] = {
    "date": frozenset({"year", "month", "day", "weekday"}),
    "date and time": frozenset({"year", "month", "day", "weekday", "hour", "minute", "second"}),
    "time": frozenset({"hour", "minute", "second"}),
    "days and time": frozenset({"days", "hours", "minutes", "seconds"}),
    "years and months": frozenset({"years", "months"}),
}
TEMPORAL_PARTS = frozenset().union(*PARTS.values())


class Layer(dict[str, Any]):
    """Values that come before those of the data beneath."""

    __slots__ = ("beneath",)

    def __init__(self, beneath: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.beneath = beneath

    def __missing__(self, name: str) -> Any:
        return self.beneath[name]


def constant(value: Any) -> Work:
    return lambda data: value


def lookup(name: str) -> Work:
    def work(data: Mapping[str, Any]) -> Any:
        try:
            return seen(data[name])
        except KeyError:
            raise ExpressionError(f"There is no value called “{name}”.") from None

    return work


def applied(apply: Callable[[Any, Any], Any], left: Work, right: Work) -> Work:
    return lambda data: apply(left(data), right(data))


def in_turn(first: Work, rest: list[tuple[Callable[[Any, Any], Any], Work]]) -> Work:
    def work(data: Mapping[str, Any]) -> Any:
        value = first(data)
        for apply, part in rest:
            value = apply(value, part(data))
        return value

    return work


def logic(works: list[Work], join: Callable[[Any, Any], bool | None], decides: bool) -> Work:
    def work(data: Mapping[str, Any]) -> bool | None:
        answer: bool | None = not decides
        for part in works:
            answer = join(answer, part(data))
            if answer is decides:
                break
        return answer

    return work


def choice(condition: Work, chosen: Work, other: Work) -> Work:
    return lambda data: chosen(data) if condition(data) is True else other(data)


def between(value: Work, low: Work, high: Work) -> Work:
    return lambda data: Range(low(data), high(data)).holds(value(data))


def fits(value: Any, wanted: Any) -> bool | None:
    kind = kind_of(wanted)
    if kind == "range" and not isinstance(value, Range):
        return wanted.holds(value)  # type: ignore[no-any-return]
    if kind == "list" and kind_of(value) != "list":
        return any(fits(value, item) is True for item in wanted)
    return equal(value, wanted)


def part_of(holder: Any, name: str) -> Any:
    """A part that the value has by declaration; never a Python attribute but those of a date, time or duration."""
    kind = kind_of(holder)
    if kind == "context":
        return seen(holder[name]) if name in holder else None
    if kind == "list":
        return [part_of(item, name) for item in holder]
    if name not in PARTS.get(kind, ()):
        return None
    if kind == "days and time":
        whole = abs(holder)
        sizes = {"days": whole.days, "hours": whole.seconds // 3600, "minutes": whole.seconds % 3600 // 60}
        return (-1 if holder.days < 0 else 1) * sizes.get(name, whole.seconds % 60)
    if kind == "years and months":
        size = abs(holder.months)
        return (-1 if holder.months < 0 else 1) * (size // 12 if name == "years" else size % 12)
    return holder.isoweekday() if name == "weekday" else getattr(holder, name)


def item_of(holder: Any, key: Any) -> Any:
    """A list's item, counted from 1 or from the end; what a context has under a key."""
    kind = kind_of(holder)
    if isinstance(key, str):
        return seen(holder[key]) if kind == "context" and key in holder else None
    if kind != "list":
        return holder if key == 1 and holder is not None else None
    place = int(key)
    if place == 0 or abs(place) > len(holder):
        return None
    return seen(holder[place - 1 if place > 0 else place])


def invoked(callee: Callee, given: list[tuple[str, Work]]) -> Work:
    parameters = callee.parameters
    named = {label: work for label, work in given if label}
    if named and (len(named) != len(given) or not set(named) <= set(parameters)):
        raise ExpressionError(f"“{callee.name}” takes {', '.join(parameters)}.")
    if not named and len(given) != len(parameters):
        raise ExpressionError(f"“{callee.name}” takes {len(parameters)} values, not {len(given)}.")
    arguments = named or {name: work for name, (_, work) in zip(parameters, given, strict=True)}

    def work(data: Mapping[str, Any]) -> Any:
        known = dict.fromkeys(parameters)
        known.update({name: argument(data) for name, argument in arguments.items()})
        return callee.work[0](known)

    return work
