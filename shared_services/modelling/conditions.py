"""Whether one condition asks for more than another: read from how they are written, never guessed."""

from __future__ import annotations

import ast
from decimal import Decimal

from shared_services.workflow.expressions import ExpressionError, names_in, tree_of
from shared_services.workflow.feel.words import DRAWN, tokens

_UPPER = (ast.Lt, ast.LtE)
_LOWER = (ast.Gt, ast.GtE)


def implies(narrow: str, wide: str) -> bool:
    """True when `wide` certainly holds wherever `narrow` does. False when that cannot be told."""
    first, second = tree_of(narrow), tree_of(wide)
    if first is None or second is None:
        # Written in more of the language than is compared here: the very same words say the same.
        return bool(narrow) and _signs_of(narrow) == _signs_of(wide)
    return _implies(first, second)


def _signs_of(source: str) -> list[tuple[str, str]] | str:
    """What a condition is made of, whatever spaces stand between; within a text they count."""
    try:
        return [(token.kind, token.text) for token in tokens(source, DRAWN)]
    except ExpressionError:
        return source


def names_read(source: str) -> set[str]:
    """The values that a condition looks at; none for one that cannot be read (a finding says so)."""
    try:
        return names_in(source) if source else set()
    except ExpressionError:
        return set()


def _implies(narrow: ast.expr, wide: ast.expr) -> bool:
    if ast.dump(narrow) == ast.dump(wide):
        return True
    if isinstance(wide, ast.BoolOp) and isinstance(wide.op, ast.And):
        return all(_implies(narrow, part) for part in wide.values)
    if isinstance(narrow, ast.BoolOp) and isinstance(narrow.op, ast.Or):
        return all(_implies(part, wide) for part in narrow.values)
    if isinstance(narrow, ast.BoolOp) and isinstance(narrow.op, ast.And):
        return any(_implies(part, wide) for part in narrow.values)
    if isinstance(wide, ast.BoolOp) and isinstance(wide.op, ast.Or):
        return any(_implies(narrow, part) for part in wide.values)
    return _within(_bound(narrow), _bound(wide))


def _bound(tree: ast.expr) -> tuple[str, bool, Decimal, bool] | None:
    """(what, upper bound?, number, bound itself included?) of a comparison with a plain number."""
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        return None
    left, right, operator = tree.left, tree.comparators[0], tree.ops[0]
    upper = isinstance(operator, _UPPER)
    if not upper and not isinstance(operator, _LOWER):
        return None
    if isinstance(left, ast.Constant):
        left, right, upper = right, left, not upper
    number = right.value if isinstance(right, ast.Constant) else None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    included = isinstance(operator, (ast.LtE, ast.GtE))
    return ast.dump(left), upper, Decimal(repr(number)), included


def _within(narrow: tuple[str, bool, Decimal, bool] | None, wide: tuple[str, bool, Decimal, bool] | None) -> bool:
    if narrow is None or wide is None or narrow[:2] != wide[:2]:
        return False
    if narrow[2] == wide[2]:
        return wide[3] or not narrow[3]
    return narrow[2] < wide[2] if narrow[1] else narrow[2] > wide[2]
