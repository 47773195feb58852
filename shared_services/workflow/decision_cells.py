"""One cell of a decision table: the part of FEEL (DMN's own language) that input cells use.

Understood: `-`, a value, a list of values, `< 10`, `>= date("2026-01-01")`, ranges `[1..10]`, `(1..10]`, `]1..10[`,
`not(...)`, `null`, and a condition about the value written with `?`. Values are worked out by the safe evaluator.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .expressions import MAX_SOURCE, ExpressionError, compare, compiled, evaluate

_COMPARISONS = {"<=": ast.LtE, ">=": ast.GtE, "!=": ast.NotEq, "<": ast.Lt, ">": ast.Gt, "=": ast.Eq}
_RANGE = re.compile(r"^([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\])])$", re.DOTALL)
_NOT = re.compile(r"^not\s*\((.*)\)$", re.DOTALL)
VALUE = "value_"
"""What `?` in a cell reads as."""


def holds(cell: str, value: Any, data: Mapping[str, Any]) -> bool:
    """Whether an input cell accepts a value."""
    text = cell.strip()
    if text in ("", "-"):
        return True
    inner = _negated(text)
    if inner is not None:
        return not any(_test(part, value, data) for part in split(inner))
    return any(_test(part, value, data) for part in split(text))


def check_cell(cell: str) -> None:
    """Refuse a cell that could not be read when its table is used. Raises ExpressionError."""
    text = cell.strip()
    if len(text) > MAX_SOURCE:
        raise ExpressionError(f"A cell is longer than {MAX_SOURCE} characters.")
    if text in ("", "-"):
        return
    inner = _negated(text)
    for part in split(text if inner is None else inner):
        for source in _sources(part):
            compiled(source)


def split(text: str) -> list[str]:
    """The parts of a list, cut at commas outside quotes and brackets that belong together."""
    parts, depth, start = [], 0, 0
    for index, letter in _outside_quotes(text):
        if letter == "(" or (letter == "[" and not _opens_range_end(text, index)):
            depth += 1
        elif letter in ")]" and depth:
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    found = [part.strip() for part in parts]
    if not all(found):
        raise ExpressionError(f"“{text}” has an empty part.")
    return found


def _opens_range_end(text: str, index: int) -> bool:
    """`]1..10[` ends with an opening bracket that opens nothing."""
    return text[:index].rstrip()[-1:].isalnum() and text[index + 1 :].lstrip()[:1] in ("", ",", ")")


def _negated(text: str) -> str | None:
    """What stands in a `not(...)` that spans the whole cell, or None."""
    found = _NOT.match(text)
    if not found:
        return None
    depth = 0
    for index, letter in _outside_quotes(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and letter == ")":
            return found.group(1) if index == len(text) - 1 else None
    return None


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    """The letters of a cell that are not part of a text in quotes, with their places."""
    quoted = escaped = False
    for index, letter in enumerate(text):
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        else:
            yield index, letter


def _comparison(part: str) -> tuple[type, str] | None:
    for sign, kind in _COMPARISONS.items():
        if part.startswith(sign) and not part.startswith("=="):
            return kind, part[len(sign) :].strip()
    return None


def _range(part: str) -> re.Match[str] | None:
    """`[1..10]` and its kin; two dots inside a text in quotes are part of the text."""
    found = _RANGE.match(part)
    if found is None or (found.group(2).count('"') - found.group(2).count('\\"')) % 2:
        return None
    return found


def _sources(part: str) -> Iterator[str]:
    compared, ranged = _comparison(part), _range(part)
    if compared:
        yield compared[1]
    elif ranged:
        yield from (ranged.group(2), ranged.group(3))
    else:
        yield _without_question_mark(part)


def _test(part: str, value: Any, data: Mapping[str, Any]) -> bool:
    compared = _comparison(part)
    if compared:
        kind, source = compared
        wanted = evaluate(source, data)
        if value is None and kind not in (ast.Eq, ast.NotEq):
            return False
        return compare(kind, value, wanted)
    ranged = _range(part)
    if ranged:
        return _in_range(ranged, value, data)
    source = _without_question_mark(part)
    if source != part:
        return evaluate(source, {**data, VALUE: value}) is True
    wanted = evaluate(part, data)
    if isinstance(wanted, (list, tuple)) and not isinstance(value, (list, tuple)):
        return compare(ast.In, value, wanted)
    return compare(ast.Eq, value, wanted)


def _in_range(ranged: re.Match[str], value: Any, data: Mapping[str, Any]) -> bool:
    if value is None:
        return False
    opening, low, high, closing = ranged.groups()
    above = compare(ast.GtE if opening == "[" else ast.Gt, value, evaluate(low, data))
    return above and compare(ast.LtE if closing == "]" else ast.Lt, value, evaluate(high, data))


def _without_question_mark(part: str) -> str:
    """`? > 5 and ? < 9` reads the value by name; a question mark inside quotes stays."""
    pieces = re.split(r'("(?:[^"\\]|\\.)*")', part)
    return "".join(piece if piece.startswith('"') else piece.replace("?", VALUE) for piece in pieces)
