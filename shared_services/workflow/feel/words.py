"""What a FEEL text is made of: numbers, texts, signs and names. Names may have spaces, where somebody says which."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from . import values
from .bounds import ExpressionError
from .functions import FUNCTIONS
from .values import bounded

MAX_SOURCE = 4000

Work = Callable[[Mapping[str, Any]], Any]
"""A part of an expression, ready to be worked out over data."""


@dataclass(frozen=True, eq=False)
class Callee:
    """A function that a decision file itself brings: a business knowledge model. Another file's of the same name is another."""

    name: str
    parameters: tuple[str, ...]
    work: list[Callable[[Mapping[str, Any]], Any]] = field(default_factory=list)
    """Its body, once it has been read."""


@dataclass(frozen=True)
class Vocabulary:
    """What a text may name beside plain names: names with spaces, parts of values, functions of its file."""

    names: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    callees: tuple[Callee, ...] = ()
    dates_have_parts: bool = True
    """Whether a dot may ask for a date's year and the like."""


PLAIN = Vocabulary()
DRAWN = Vocabulary(dates_have_parts=False)
"""Of a drawing or a form: plain names and no dots."""

REFUSED = {
    "for": "a loop", "some": "a loop", "every": "a loop", "return": "a loop", "function": "a function",
    "lambda": "a function", "external": "a function", "import": "an import", "instance": "a test of kinds",
}  # fmt: skip
"""Words that cannot be names, and what each would be."""
START = r"[^\W\d]"
_TOKEN = re.compile(
    r"(?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)"
    r"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,4})?(?![\w]))"
    r"""|(?P<at>@"[^"\\]*")"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    rf"|(?P<name>\?|{START}\w*)"
    r"|(?P<sign>\*\*|<=|>=|!=|==|\.\.|[-+*/%=<>()\[\],.:])",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SPOKEN = re.compile(
    "(?:"
    + "|".join(sorted((name.replace(" ", r"\s+") for name in FUNCTIONS if " " in name), key=len, reverse=True))
    + r")(?=\s*\()"
)
"""Functions of more than one word, where they are called."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    value: Any = None


END = Token("end", "")


@lru_cache(maxsize=512)
def _known(vocabulary: Vocabulary) -> re.Pattern[str] | None:
    """Names that are not one plain word, the longest first."""
    known = vocabulary.names | vocabulary.parts | {callee.name for callee in vocabulary.callees}
    spoken = sorted((name for name in known if not re.fullmatch(rf"{START}\w*", name)), key=len, reverse=True)
    if not spoken:
        return None
    return re.compile("(?:" + "|".join(r"\s+".join(map(re.escape, name.split())) for name in spoken) + r")(?!\w)")


def tokens(source: str, vocabulary: Vocabulary) -> list[Token]:
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"The expression is longer than {MAX_SOURCE} characters.")
    known, found, place = _known(vocabulary), [], 0
    while place < len(source):
        match = (known and known.match(source, place)) or _SPOKEN.match(source, place)
        if match and match.end() > place and not (place and re.match(r"\w", source[place - 1])):
            found.append(Token("name", " ".join(match[0].split())))
            place = match.end()
            continue
        token = _TOKEN.match(source, place)
        if token is None:
            raise ExpressionError(f"“{short(source)}” is not an expression: “{source[place]}” cannot stand there.")
        place = token.end()
        kind, text = token.lastgroup or "", token[0]
        if kind == "number":
            found.append(Token(kind, text, values.NUMBERS.create_decimal(text)))
        elif kind == "text":
            found.append(Token(kind, text, bounded(_ESCAPE.sub(_unescaped, text[1:-1]))))
        elif kind == "at":
            found.append(Token(kind, text, values.to_temporal(text[2:-1])))
        elif kind != "space":
            found.append(Token(kind, text))
    return found


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else match[0]
    return _ESCAPES.get(match[3], match[0])


def short(source: str) -> str:
    text = " ".join(source.split())
    return text if len(text) <= 60 else f"{text[:57]}…"
