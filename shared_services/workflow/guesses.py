"""Variables that a drawing uses without declaring them: their kinds, guessed from how they are used."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .expressions import ExpressionError, names_in, tree_of

if TYPE_CHECKING:
    from .diagrams import Flow, Step

ALWAYS = {"amount": "money", "category": "text"}
"""Every case has these."""


def undeclared(
    declared: dict[str, str], steps: Iterable[Step], flows: Iterable[Flow], fields: dict[str, str]
) -> dict[str, str]:
    """Name -> kind of what the drawing reads or asks for and does not declare."""
    steps = list(steps)
    items = {step.item for step in steps if step.item}
    answers = {step.into: "text" for step in steps if step.kind == "user"}
    lists = {step.repeats_over: "list" for step in steps if step.repeats_over.isidentifier()}
    sources = [flow.condition for flow in flows if flow.condition] + [step.until for step in steps if step.until]
    sources += [step.timer.text for step in steps if step.timer is not None and not step.timer.is_plain]
    read: dict[str, str] = {}
    for source in sources:
        for name, kind in _kinds(source).items():
            read[name] = kind if read.get(name, "text") == "text" else read[name]
    found = {**read, **answers, **lists, **fields}
    found.update({name: kind for name, kind in ALWAYS.items() if name in found})
    return {name: kind for name, kind in found.items() if name not in declared and name not in items and name}


def _kinds(source: str) -> dict[str, str]:
    """The names in an expression, each with the kind that it is compared with."""
    try:
        found = names_in(source)
    except ExpressionError:
        return {}
    tree = tree_of(source)
    names = dict.fromkeys(sorted(found), "boolean" if isinstance(tree, ast.Name) else "text")
    if tree is None:
        return names
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp):
            names.update(
                {part.id: "boolean" for part in node.values if isinstance(part, ast.Name) and part.id in names}
            )
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Name):
            names[node.operand.id] = "boolean"
        elif isinstance(node, ast.Compare):
            names.update(_compared(node, names))
    return names


def _compared(node: ast.Compare, names: dict[str, str]) -> dict[str, str]:
    sides = [node.left, *node.comparators]
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    booleans = [side for side in sides if isinstance(side, ast.Name) and side.id in ("true", "false")]
    kind = "text"
    if booleans or any(isinstance(value, bool) for value in values):
        kind = "boolean"
    elif any(isinstance(value, (int, float)) for value in values):
        kind = "number"
    return (
        {side.id: kind for side in sides if isinstance(side, ast.Name) and side.id in names} if kind != "text" else {}
    )
