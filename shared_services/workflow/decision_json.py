"""A decision's values as JSON: numbers keep every digit, dates and durations are ISO texts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from .feel.bounds import MAX_DEPTH, ExpressionError
from .feel.values import NUMBERS, Range, in_iso, kind_of

MAX_INPUT = 100_000


def read_input(text: str) -> dict[str, Any]:
    """Values by name from a JSON object. Raises ExpressionError with what is wrong."""
    if len(text) > MAX_INPUT:
        raise ExpressionError(f"The input is longer than {MAX_INPUT} characters.")
    try:
        found = json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ExpressionError(f"The input is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ExpressionError('The input must be a JSON object, such as {"amount": 1200.50}.')
    _check_depth(found)
    return found


def _number(text: str) -> Decimal:
    if len(text) > 100:
        raise ValueError("a number has more than 100 digits")
    return NUMBERS.create_decimal(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _check_depth(value: Any, depth: int = 1) -> None:
    if depth > MAX_DEPTH:
        raise ExpressionError(f"The input is nested deeper than {MAX_DEPTH} levels.")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(item, depth + 1)


def to_json(value: Any) -> str:
    match kind_of(value):
        case "null" | "boolean" | "text":
            return json.dumps(value, ensure_ascii=False)
        case "number":
            number = Decimal(value)
            return f"{number:f}" if abs(number.adjusted()) < 40 else f"{number:e}"
        case "list":
            return f"[{', '.join(to_json(item) for item in value)}]"
        case "context":
            return f"{{{', '.join(f'{json.dumps(str(key), ensure_ascii=False)}: {to_json(item)}' for key, item in value.items())}}}"
        case "range":
            return json.dumps(_interval(value), ensure_ascii=False)
    return json.dumps(in_iso(value))


def _interval(value: Range) -> str:
    opening, closing = "[" if value.low_included else "(", "]" if value.high_included else ")"
    return f"{opening}{to_json(value.low)}..{to_json(value.high)}{closing}"
