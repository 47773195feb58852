"""Patterns that authors may write: a row of letters, figures and classes, never one that takes for ever to try."""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as reader  # type: ignore[attr-defined]
from typing import Any

MAX_PATTERN = 200
MAX_WAYS = 10_000
"""In how many ways the repetitions of a pattern may be tried together."""
LONGEST = 200
_PLAIN = {codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY}


class PatternRefused(ValueError):
    """A pattern that may not be used; the message says why."""


def check_pattern(text: str) -> None:
    """Refuse a pattern that is not one, or could be made to run for ever."""
    if len(text) > MAX_PATTERN:
        raise PatternRefused(f"The pattern is longer than {MAX_PATTERN} characters.")
    try:
        parts = reader.parse(text)
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(f"“{text}” is not a pattern: {error}.") from error
    ways = 1
    for code, argument in parts:
        ways *= _ways(code, argument)
    if ways > MAX_WAYS:
        raise PatternRefused("The pattern repeats too much. Say how often, like [0-9]{1,6}.")


def _ways(code: Any, argument: Any) -> int:
    if code in _PLAIN:
        return 1
    if code is codes.MAX_REPEAT:
        fewest, most, inside = argument
        if len(inside) != 1 or inside[0][0] not in _PLAIN:
            raise PatternRefused("Only single letters, figures and classes like [A-Z] can be repeated.")
        return int(min(int(most), LONGEST)) - int(min(int(fewest), LONGEST)) + 1
    raise PatternRefused("Use letters, figures, classes like [A-Z] or \\d, and numbers of times like {2,4} only.")
