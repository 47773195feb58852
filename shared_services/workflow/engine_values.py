"""The values of a running process, as it keeps them and as expressions see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .expressions import ExpressionError


class CaseValues(dict[str, Any]):
    """Values as they are kept, with the kinds that their process declares."""

    def __init__(self, values: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        super().__init__(values)
        self.kinds = kinds


class Values(Mapping[str, Any]):
    """Variables as expressions see them: declared money, numbers and dates are such, not texts."""

    __slots__ = ("_data", "_kinds")

    def __init__(self, data: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        self._data, self._kinds = data, kinds

    def __getitem__(self, name: str) -> Any:
        kind = self._kinds.get(name)
        if kind is not None and name not in self._data:
            # Declared and not known yet: a condition may ask for it.
            return None
        value = self._data[name]
        if value is None or kind is None or not isinstance(value, str):
            return value
        try:
            if kind in ("money", "number"):
                return Decimal(value)
            return date.fromisoformat(value) if kind == "date" else value
        except (InvalidOperation, ValueError) as error:
            raise ExpressionError(f"“{name}” is not a {kind}.") from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)
