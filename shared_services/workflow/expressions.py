"""The safe evaluator: what a diagram or a decision table may work out, over plain data and nothing else.

Expressions look like Python's (`amount >= 5000 and category in ["09", "30"]`) but are walked node by node:
there is no way to an attribute, a method, an import or a function outside the short list below. Size,
depth, length of numbers and texts are bounded, and there are no loops, so time is bounded too.
"""

from __future__ import annotations

import ast
import decimal
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

MAX_SOURCE = 1000
MAX_NODES = 250
MAX_DEPTH = 25
MAX_BITS = 256
MAX_TEXT = 10_000
MAX_ITEMS = 1000

_ARITHMETIC = decimal.Context(
    prec=40, Emax=60, Emin=-60, traps=[decimal.Overflow, decimal.InvalidOperation, decimal.DivisionByZero]
)
_WORDS = {"true": True, "false": False, "null": None}


class ExpressionError(ValueError):
    """An expression that may not be used, or that cannot be worked out from the data it was given."""


def evaluate(source: str, data: Mapping[str, Any]) -> Any:
    """The value of an expression over plain data. Raises ExpressionError with the reason in plain words."""
    tree = compiled(source)
    try:
        return _value(tree, data)
    except ExpressionError:
        raise
    except (ArithmeticError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise ExpressionError(f"“{_short(source)}” cannot be worked out: {error}") from error


@lru_cache(maxsize=2048)
def compiled(source: str) -> ast.expr:
    """Read and check an expression once. Raises ExpressionError when it holds anything that is not allowed."""
    text = source.strip()
    if not text:
        raise ExpressionError("The expression is empty.")
    if len(text) > MAX_SOURCE:
        raise ExpressionError(f"The expression is longer than {MAX_SOURCE} characters.")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"“{_short(text)}” is not an expression.") from error
    _check(tree)
    return tree


def names_in(source: str) -> set[str]:
    """The variables that an expression reads."""
    called = {node.func.id for node in ast.walk(compiled(source)) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]
    names = {node.id for node in ast.walk(compiled(source)) if isinstance(node, ast.Name)}
    return names - called - set(_WORDS)


def plain(value: Any) -> Any:
    """A value as expressions see it: floats become Decimal, so that money never meets binary fractions."""
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


# -- What may be written -------------------------------------------------------------------------

_ALLOWED = (
    ast.Constant, ast.Name, ast.Load, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.FloorDiv, ast.Compare, ast.Eq, ast.NotEq, ast.Lt,
    ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.IfExp, ast.List, ast.Tuple, ast.Call, ast.Subscript,
)  # fmt: skip

_REFUSED = {
    ast.Attribute: "a dot after a name (no attributes)",
    ast.Lambda: "a function",
    ast.ListComp: "a loop",
    ast.SetComp: "a loop",
    ast.DictComp: "a loop",
    ast.GeneratorExp: "a loop",
    ast.JoinedStr: "a formatted text",
    ast.NamedExpr: "an assignment",
    ast.Pow: "a power",
    ast.Starred: "a star",
    ast.Await: "a wait",
    ast.Slice: "a slice",
}


def _check(tree: ast.expr) -> None:
    count = 0
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > MAX_NODES:
            raise ExpressionError(f"The expression has more than {MAX_NODES} parts.")
        if depth > MAX_DEPTH:
            raise ExpressionError(f"The expression is nested deeper than {MAX_DEPTH} levels.")
        if not isinstance(node, _ALLOWED):
            what = _REFUSED.get(type(node), type(node).__name__)
            raise ExpressionError(f"An expression may not use {what}.")
        _check_node(node)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _check_node(node: ast.AST) -> None:
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, (str, int, float, bool, type(None))):
            raise ExpressionError("An expression may hold numbers, texts, true, false and null only.")
        _bounded(plain(node.value))
    elif isinstance(node, ast.Name) and node.id.startswith("_"):
        raise ExpressionError(f"“{node.id}” is not a name that an expression may use.")
    elif isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            raise ExpressionError(f"An expression may call only {', '.join(sorted(FUNCTIONS))}.")
        if node.keywords:
            raise ExpressionError("A function takes its values by position only.")
    elif isinstance(node, ast.Subscript):
        key = node.slice
        if not isinstance(key, ast.Constant) or not isinstance(key.value, (str, int)) or isinstance(key.value, bool):
            raise ExpressionError("Square brackets take a plain key: a text or a whole number.")
    elif isinstance(node, (ast.Is, ast.IsNot)):
        return


# -- How it is worked out ------------------------------------------------------------------------


def _value(node: ast.AST, data: Mapping[str, Any]) -> Any:
    return _WORK[type(node)](node, data)


def _constant(node: ast.Constant, data: Mapping[str, Any]) -> Any:
    return plain(node.value)


def _name(node: ast.Name, data: Mapping[str, Any]) -> Any:
    if node.id in data:
        return _bounded(plain(data[node.id]))
    if node.id in _WORDS:
        return _WORDS[node.id]
    raise ExpressionError(f"The process has no value called “{node.id}”.")


def _boolean(node: ast.BoolOp, data: Mapping[str, Any]) -> bool:
    if isinstance(node.op, ast.And):
        return all(_truth(_value(part, data)) for part in node.values)
    return any(_truth(_value(part, data)) for part in node.values)


def _unary(node: ast.UnaryOp, data: Mapping[str, Any]) -> Any:
    value = _value(node.operand, data)
    if isinstance(node.op, ast.Not):
        return not _truth(value)
    number = _number(value)
    return -number if isinstance(node.op, ast.USub) else number


def _binary(node: ast.BinOp, data: Mapping[str, Any]) -> Any:
    left, right = _value(node.left, data), _value(node.right, data)
    kind = type(node.op)
    if kind is ast.Add and isinstance(left, str) and isinstance(right, str):
        return _bounded(left + right)
    if isinstance(left, date) and kind in (ast.Add, ast.Sub):
        return _on_date(left, right, kind)
    left, right = _number(left), _number(right)
    if kind is ast.Div:
        return _ARITHMETIC.divide(Decimal(left), Decimal(right))
    if isinstance(left, int) and isinstance(right, int):
        return _bounded(_INTEGER[kind](left, right))
    return _bounded(_DECIMAL[kind](Decimal(left), Decimal(right)))


def _on_date(left: date, right: Any, kind: type) -> Any:
    if isinstance(right, date):
        if kind is ast.Add:
            raise ExpressionError("Two dates cannot be added.")
        return (left - right).days
    step = timedelta(days=int(_number(right)))
    return left + step if kind is ast.Add else left - step


_INTEGER: dict[type, Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Mod: lambda a, b: a % b,
    ast.FloorDiv: lambda a, b: a // b,
}
_DECIMAL: dict[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: _ARITHMETIC.add,
    ast.Sub: _ARITHMETIC.subtract,
    ast.Mult: _ARITHMETIC.multiply,
    ast.Mod: _ARITHMETIC.remainder,
    ast.FloorDiv: _ARITHMETIC.divide_int,
}


def _compare(node: ast.Compare, data: Mapping[str, Any]) -> bool:
    left = _value(node.left, data)
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = _value(part, data)
        if not compare(type(op), left, right):
            return False
        left = right
    return True


def compare(kind: type, left: Any, right: Any) -> bool:
    """Compare two plain values; a text is never before or after a number."""
    if kind in (ast.Eq, ast.Is):
        return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)
    if kind in (ast.NotEq, ast.IsNot):
        return not compare(ast.Eq, left, right)
    if kind in (ast.In, ast.NotIn):
        return _within(left, right) is (kind is ast.In)
    if not _comparable(left, right):
        raise ExpressionError(f"{_kind(left)} and {_kind(right)} cannot be compared.")
    if kind is ast.Lt:
        return bool(left < right)
    if kind is ast.LtE:
        return bool(left <= right)
    return bool(left > right) if kind is ast.Gt else bool(left >= right)


def _within(left: Any, right: Any) -> bool:
    if isinstance(right, (list, tuple)):
        return any(compare(ast.Eq, left, item) for item in right)
    if isinstance(right, dict):
        return isinstance(left, str) and left in right
    if isinstance(right, str) and isinstance(left, str):
        return left in right
    raise ExpressionError(f"“in” needs a list or a text, not {_kind(right)}.")


def _comparable(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    numbers = (int, Decimal)
    return (
        (isinstance(left, numbers) and isinstance(right, numbers))
        or (isinstance(left, str) and isinstance(right, str))
        or (isinstance(left, date) and isinstance(right, date))
    )


def _either(node: ast.IfExp, data: Mapping[str, Any]) -> Any:
    return _value(node.body if _truth(_value(node.test, data)) else node.orelse, data)


def _list(node: ast.List | ast.Tuple, data: Mapping[str, Any]) -> list[Any]:
    return [_value(item, data) for item in node.elts]


def _key(node: ast.Subscript, data: Mapping[str, Any]) -> Any:
    holder = _value(node.value, data)
    key = node.slice.value  # type: ignore[attr-defined]
    if isinstance(holder, (dict, list, tuple)):
        try:
            return _bounded(plain(holder[key]))
        except (KeyError, IndexError, TypeError) as error:
            raise ExpressionError(f"There is nothing under the key {key!r}.") from error
    raise ExpressionError(f"{_kind(holder).capitalize()} has no keys.")


def _call(node: ast.Call, data: Mapping[str, Any]) -> Any:
    values = [_value(item, data) for item in node.args]
    return _bounded(FUNCTIONS[node.func.id](*values))  # type: ignore[attr-defined]


_WORK: dict[type, Callable[[Any, Mapping[str, Any]], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.IfExp: _either,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Subscript: _key,
    ast.Call: _call,
}


# -- The functions there are ---------------------------------------------------------------------


def _items(values: tuple[Any, ...]) -> list[Any]:
    items = list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple)) else list(values)
    if not items:
        raise ExpressionError("There is nothing to choose from.")
    for item in items[1:]:
        if not _comparable(items[0], item):
            raise ExpressionError("Only values of one kind can be compared.")
    return [plain(item) for item in items]


def _length(value: Any) -> int:
    if isinstance(value, (str, list, tuple, dict)):
        return len(value)
    raise ExpressionError(f"{_kind(value).capitalize()} has no length.")


def _sum(*values: Any) -> Decimal | int:
    items = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
    total: Decimal | int = 0
    for item in items:
        total = _bounded(total + _number(plain(item)))
    return total


def _round(value: Any, places: Any = 0) -> Decimal | int:
    places = int(_number(places))
    if not 0 <= places <= 6:
        raise ExpressionError("A number is rounded to between 0 and 6 places.")
    rounded = Decimal(_number(value)).quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_UP)
    return int(rounded) if places == 0 else rounded


def _date(*values: Any) -> date:
    if len(values) == 1 and isinstance(values[0], date):
        return values[0]
    if len(values) == 1 and isinstance(values[0], str):
        return date.fromisoformat(values[0])
    if len(values) == 3:
        return date(*(int(_number(value)) for value in values))
    raise ExpressionError('A date is written date("2026-11-22").')


def _days(start: Any, end: Any) -> int:
    return (_date(end) - _date(start)).days


def _money(value: Any) -> Decimal:
    number = Decimal(value) if isinstance(value, str) and len(value) <= 20 else Decimal(_number(value))
    return number.quantize(Decimal("0.01"), rounding=decimal.ROUND_HALF_UP, context=_ARITHMETIC)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": lambda *values: min(_items(values)),
    "max": lambda *values: max(_items(values)),
    "len": _length,
    "sum": _sum,
    "round": _round,
    "date": _date,
    "days": _days,
    "money": _money,
}
"""Every function an expression may call. There is no way to another."""


# -- Bounds and kinds ----------------------------------------------------------------------------


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise ExpressionError("A number in the expression is too big.")
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 60):
        raise ExpressionError("A number in the expression is too big.")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionError("A text in the expression is too long.")
    if isinstance(value, (list, tuple)) and len(value) > MAX_ITEMS:
        raise ExpressionError("A list in the expression is too long.")
    return value


def _number(value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ExpressionError(f"A number is needed here, not {_kind(value)}.")
    return value


def _truth(value: Any) -> bool:
    """Only true and false, or nothing at all, answer a condition; numbers and texts must be compared."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    raise ExpressionError(f"A condition must be true or false, not {_kind(value)}.")


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    for kinds, word in (
        (bool, "true or false"),
        ((int, Decimal), "a number"),
        (str, "a text"),
        (date, "a date"),
        ((list, tuple), "a list"),
    ):
        if isinstance(value, kinds):  # type: ignore[arg-type]
            return word
    return "a table of values"


def _short(source: str) -> str:
    return source if len(source) <= 60 else f"{source[:57]}…"
