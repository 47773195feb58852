"""When a question is asked and when it must be answered: safe expressions over the answers before it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .. import expressions
from ..expressions import ExpressionError, tree_of
from .spec import FormField, StepForm

Answers = Mapping[str, Any]
_OPERATORS: dict[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_WORDS = {
    "==": "is", "!=": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least",
    "in": "is one of", "not in": "is none of",
}  # fmt: skip


def typed(form: StepForm, answers: Answers) -> dict[str, Any]:
    """Answers as expressions compare them: money is a number, a date is a date, what was not answered is nothing."""
    return {one.name: _typed(one, answers.get(one.name)) for one in form}


def _typed(one: FormField, value: Any) -> Any:
    if value in (None, "", []):
        return None
    try:
        if one.kind in ("money", "number", "integer"):
            return value if isinstance(value, int) else Decimal(str(value))
        return date.fromisoformat(value) if one.kind == "date" else value
    except (InvalidOperation, ValueError, TypeError):
        return None


def holds(condition: str, values: Mapping[str, Any], form: StepForm) -> bool:
    """Whether a condition is true. One that compares what was not answered is not."""
    kinds = {one.name: "boolean" for one in form if one.kind == "yes_no"}
    try:
        return expressions.holds(condition, values, kinds)
    except ExpressionError:
        return False


def shown_fields(form: StepForm, answers: Answers) -> list[FormField]:
    """The fields that these answers call for. An answer to a question that is not asked counts for nothing."""
    values = typed(form, answers)
    shown = []
    for one in form:
        if one.show_if and not holds(one.show_if, values, form):
            values[one.name] = None
            continue
        shown.append(one)
    return shown


def must_answer(one: FormField, values: Mapping[str, Any], form: StepForm) -> bool:
    return one.required or bool(one.required_if and holds(one.required_if, values, form))


# -- For the browser and for people ---------------------------------------------------------------


def as_tree(condition: str) -> list[Any] | None:
    """A condition as nested lists that the page's script works out; None when it uses more than the script knows."""
    try:
        found = tree_of(condition)
        return _tree(found) if found is not None else None
    except (KeyError, TypeError):
        return None


def _tree(node: ast.AST) -> list[Any]:
    if isinstance(node, ast.Constant):
        return ["value", node.value]
    if isinstance(node, ast.Name):
        words = {"true": True, "false": False, "null": None}
        return ["value", words[node.id]] if node.id in words else ["field", node.id]
    if isinstance(node, (ast.List, ast.Tuple)):
        return ["list", *(_tree(item) for item in node.elts)]
    if isinstance(node, ast.BoolOp):
        return ["and" if isinstance(node.op, ast.And) else "or", *(_tree(part) for part in node.values)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["not", _tree(node.operand)]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [_OPERATORS[type(node.ops[0])], _tree(node.left), _tree(node.comparators[0])]
    raise TypeError


def in_words(condition: str, form: StepForm) -> str:
    """A condition as a sentence's end: “kind of request” is Stock item. Empty when it is too involved to say."""
    tree = as_tree(condition)
    return _say(tree, form) if tree else ""


def _say(tree: list[Any], form: StepForm) -> str:
    verb, *rest = tree
    if verb in ("and", "or"):
        parts = [_say(part, form) for part in rest]
        return f" {verb} ".join(parts) if all(parts) else ""
    if verb == "field":
        return f"the answer to “{_label(rest[0], form)}” is yes"
    if verb == "not" and rest[0][0] == "field":
        return f"the answer to “{_label(rest[0][1], form)}” is no"
    if verb in _WORDS and rest[1][0] == "field" and rest[0][0] == "value":
        return f"“{_label(rest[1][1], form)}” {'includes' if verb == 'in' else 'does not include'} {_value(rest[1][1], rest[0], form)}"
    if verb in _WORDS and rest[0][0] == "field":
        name = rest[0][1]
        if rest[1] == ["value", None]:
            return f"“{_label(name, form)}” is {'not ' if verb == '==' else ''}answered"
        return f"“{_label(name, form)}” {_WORDS[verb]} {_value(name, rest[1], form)}"
    return ""


def _label(name: str, form: StepForm) -> str:
    return form.by_name[name].label if name in form.by_name else name


def _value(name: str, tree: list[Any], form: StepForm) -> str:
    if tree[0] == "list":
        return ", ".join(_value(name, item, form) for item in tree[1:])
    if tree[0] == "field":
        return f"“{_label(tree[1], form)}”"
    if isinstance(tree[1], bool):
        return "yes" if tree[1] else "no"
    one = form.by_name.get(name)
    label = dict(one.options).get(str(tree[1])) if one else None
    if one is not None and one.kind == "money":
        return f"£{tree[1]}"
    return label or str(tree[1])
