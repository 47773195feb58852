"""The kinds that a decision file declares: what its inputs must be, and which values they may take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from .expressions import ExpressionError
from .feel import values
from .feel.reading import PLAIN, Test, Vocabulary, read_tests
from .feel.values import KIND_WORDS, kind_of

MAX_DEPTH = 10
"""Kinds made of kinds deeper than this are not read."""

_KINDS = {
    "string": "text", "text": "text", "number": "number", "integer": "number", "long": "number", "double": "number",
    "money": "number", "boolean": "boolean", "date": "date", "time": "time", "datetime": "date and time",
    "date and time": "date and time", "daytimeduration": "days and time", "days and time duration": "days and time",
    "yearmonthduration": "years and months", "years and months duration": "years and months",
}  # fmt: skip
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "date": values.to_date,
    "time": values.to_time,
    "date and time": values.to_date_and_time,
    "days and time": values.to_duration,
    "years and months": values.to_duration,
}
_LOOKS = {
    "date": "2026-11-22",
    "time": "09:30:00",
    "date and time": "2026-11-22T09:30:00",
    "days and time": "P3DT2H",
    "years and months": "P1Y6M",
}


@dataclass(frozen=True)
class Kind:
    """What a value must be. A kind of "" takes anything."""

    base: str = ""
    parts: Mapping[str, Kind] = field(default_factory=dict)
    many: bool = False
    allowed: str = ""
    test: Test | None = field(default=None, compare=False)

    def take(self, value: Any, name: str) -> Any:
        """A value from outside as this kind has it. Raises ExpressionError saying what it should be."""
        if value is None:
            return None
        if self.many:
            if kind_of(value) != "list":
                raise ExpressionError(f"“{name}” must be a list, not {KIND_WORDS[kind_of(value)]}.")
            return [self._one(item, name) for item in values.bounded(value)]
        return self._one(value, name)

    def _one(self, value: Any, name: str) -> Any:
        if self.parts:
            if not isinstance(value, Mapping):
                raise ExpressionError(f"“{name}” must have the parts {', '.join(self.parts)}.")
            taken = {part: kind.take(value.get(part), f"{name}.{part}") for part, kind in self.parts.items()}
            value = {**value, **taken}
        elif self.base:
            value = self._as_base(value, name)
        if value is not None and self.test is not None and not self.test(value, {}):
            raise ExpressionError(f"“{name}” may be {self.allowed}. It is {_told(value)}.")
        return value

    def _as_base(self, value: Any, name: str) -> Any:
        found = loosely(value, self.base)
        if kind_of(found) != self.base:
            like = f", such as {_LOOKS[self.base]}" if self.base in _LOOKS else ""
            raise ExpressionError(f"“{name}” must be {KIND_WORDS[self.base]}{like}. It is {_told(value)}.")
        return found


ANYTHING = Kind()


def base_of(type_ref: str | None) -> str:
    """FEEL's own kind that a type reference names, with or without a prefix; empty for any other."""
    return _KINDS.get((type_ref or "").rpartition(":")[2].strip().lower(), "")


def loosely(value: Any, base: str) -> Any:
    """A text that stands for a date, time, duration or number as such; every other value as it is.

    A case keeps its dates and money as texts.
    """
    if isinstance(value, str):
        if base == "number":
            try:
                number = Decimal(value) if len(value) <= 60 else None
            except InvalidOperation:
                return value
            return number if number is not None and number.is_finite() else value
        read = _FROM_TEXT.get(base)
        found = read(value) if read is not None else None
        return value if found is None else found
    if base == "date and time" and isinstance(value, date) and not isinstance(value, datetime):
        return values.to_date_and_time(value.isoformat())
    return float_free(value)


def float_free(value: Any) -> Any:
    return values.seen(value) if isinstance(value, float) else value


def read_kinds(root: etree._Element, vocabulary: Vocabulary = PLAIN) -> dict[str, Kind]:
    """The item definitions of a decision file, by name. Raises ExpressionError for one that cannot be read."""
    elements = {found.get("name", ""): found for found in root.findall("{*}itemDefinition")}
    return {name: _kind(element, elements, vocabulary, 1) for name, element in elements.items()}


def _kind(element: etree._Element, elements: Mapping[str, etree._Element], vocabulary: Vocabulary, depth: int) -> Kind:
    name = element.get("name", "")
    if depth > MAX_DEPTH:
        raise ExpressionError(f"The kind “{name}” is made of itself or nested too deep.")
    parts = {
        part.get("name", ""): _kind(part, elements, vocabulary, depth + 1)
        for part in element.findall("{*}itemComponent")
    }
    told = element.find("{*}typeRef")
    type_ref = (told.text or "") if told is not None else ""
    allowed_element = element.find("{*}allowedValues/{*}text")
    allowed = (allowed_element.text or "").strip() if allowed_element is not None else ""
    base, many = base_of(type_ref), element.get("isCollection") == "true"
    other = elements.get(type_ref.rpartition(":")[2].strip())
    if other is not None and other is not element and not base:
        meant = _kind(other, elements, vocabulary, depth + 1)
        base, parts, many = meant.base, dict(meant.parts), many or meant.many
        if not allowed and meant.allowed:
            allowed = meant.allowed
    return Kind(base, parts, many, allowed, read_tests(allowed, vocabulary) if allowed else None)


def kind_named(type_ref: str | None, kinds: Mapping[str, Kind]) -> Kind:
    name = (type_ref or "").rpartition(":")[2].strip()
    return kinds.get(name) or Kind(base_of(type_ref))


def _told(value: Any) -> str:
    if isinstance(value, str):
        return f"“{value[:60]}”"
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return KIND_WORDS[kind_of(value)]
