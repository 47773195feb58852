"""Expressions of drawings and forms: conditions, lists, due days and times, in the language of decisions.

They are read and worked out by the evaluator of decision tables (`feel`), so one text means one thing wherever it
stands. There is no way to an attribute, a method, an import or a function outside its list.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .feel.bounds import ExpressionError
from .feel.reading import Layer, read
from .feel.values import KIND_WORDS, kind_of
from .feel.words import DRAWN, short, tokens

__all__ = ["ExpressionError", "check", "evaluate", "holds", "names_in", "tree_of"]


def check(source: str) -> None:
    """Raise ExpressionError for an expression that could never be used."""
    read(source, DRAWN)


def names_in(source: str) -> set[str]:
    """The variables that an expression reads."""
    return set(read(source, DRAWN).names)


def evaluate(source: str, data: Mapping[str, Any]) -> Any:
    """The value of an expression over plain data; null where it has none. Raises ExpressionError for an unknown name."""
    return read(source, DRAWN).work(data)


def holds(source: str, data: Mapping[str, Any], kinds: Mapping[str, str]) -> bool:
    """Whether a condition is true. A yes-or-no value that is not known yet counts as no.

    Raises ExpressionError where the condition is neither true nor false: a value is missing, or values of different
    kinds are compared. A case then stops and says so; it never takes the default way because something is unknown.
    """
    work = read(source, DRAWN).work
    answer = work(data)
    if answer is None:
        unsaid = {name: False for name, kind in kinds.items() if kind == "boolean" and data.get(name) is None}
        answer = work(Layer(data, unsaid)) if unsaid else None
    if isinstance(answer, bool):
        return answer
    if answer is None:
        raise ExpressionError(
            f"“{short(source)}” is neither true nor false here: a value is missing, or values of different kinds are compared."
        )
    raise ExpressionError(f"A condition must be true or false, not {KIND_WORDS[kind_of(answer)]}: “{short(source)}”.")


def tree_of(source: str) -> ast.expr | None:
    """A plain condition as a tree of names, values, comparisons, `and`, `or` and `not`, for those who compare conditions.

    None for one that cannot be used or says more than such a tree can. Nothing is ever run from it.
    """
    try:
        read(source, DRAWN)
        words = [_as_python(token.kind, token.text, token.value) for token in tokens(source, DRAWN)]
        return ast.parse(" ".join(words), mode="eval").body
    except (ExpressionError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _as_python(kind: str, text: str, value: Any) -> str:
    if kind == "text":
        return repr(value)
    return "==" if text == "=" else text
