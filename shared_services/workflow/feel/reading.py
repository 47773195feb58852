"""From a FEEL text to a function over plain data: read once, bounded in length, parts and depth.

Beside the language itself the spellings of a drawing's conditions are taken: `==`, `a if condition else b`,
`not x`, `x not in [..]`, texts in single quotes. Loops, filters by condition, functions and contexts in the text
are not: the refusal says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..expressions import MAX_DEPTH, ExpressionError
from . import values
from .functions import FUNCTIONS, negated
from .values import Range, bounded, equal, kind_of, seen

MAX_SOURCE = 4000
MAX_PARTS = 1000

Work = Callable[[Mapping[str, Any]], Any]
Test = Callable[[Any, Mapping[str, Any]], Any]
VALUE = "?"
"""The value that a cell is about."""

_REFUSED = {
    "for": "a loop", "some": "a loop", "every": "a loop", "return": "a loop", "function": "a function",
    "lambda": "a function", "external": "a function", "import": "an import", "instance": "a test of kinds",
}  # fmt: skip
_WORDS = {"true": True, "false": False, "null": None}
_OPERATORS = {"and", "or", "not", "in", "between", "if", "then", "else"}
_PARTS: dict[str, frozenset[str]] = {
    "date": frozenset({"year", "month", "day", "weekday"}),
    "date and time": frozenset({"year", "month", "day", "weekday", "hour", "minute", "second"}),
    "time": frozenset({"hour", "minute", "second"}),
    "days and time": frozenset({"days", "hours", "minutes", "seconds"}),
    "years and months": frozenset({"years", "months"}),
}
_TEMPORAL_PARTS = frozenset().union(*_PARTS.values())


@dataclass(frozen=True)
class Callee:
    """A function that a decision file itself brings: a business knowledge model."""

    name: str
    parameters: tuple[str, ...]
    work: list[Callable[[Mapping[str, Any]], Any]] = field(default_factory=list, compare=False)
    """Its body, once it has been read."""


@dataclass(frozen=True)
class Vocabulary:
    """What a text may name beside plain names: names with spaces, parts of values, functions of its file."""

    names: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    callees: tuple[Callee, ...] = ()


PLAIN = Vocabulary()


@dataclass(frozen=True, slots=True)
class Read:
    """A text that has been read: what it works out and the names that it reads."""

    work: Work
    names: frozenset[str]


@lru_cache(maxsize=4096)
def read(source: str, vocabulary: Vocabulary = PLAIN) -> Read:
    """Read an expression. Raises ExpressionError for anything that is not allowed."""
    reader = _Reader(source, vocabulary)
    work = reader.whole()
    return Read(_guarded(work, source.strip()), frozenset(reader.names))


@lru_cache(maxsize=8192)
def read_tests(source: str, vocabulary: Vocabulary = PLAIN) -> Test | None:
    """Read a cell: the tests that a value may pass. None accepts everything."""
    if source.strip() in ("", "-"):
        return None
    test = _Reader(source, vocabulary).tests()

    def work(value: Any, data: Mapping[str, Any]) -> bool:
        try:
            return test(value, data) is True
        except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
            if isinstance(error, ExpressionError):
                raise
            return False

    return work


def _guarded(work: Work, source: str) -> Work:
    """What cannot be worked out is null, as the language has it; only an unknown name and a bound are told."""

    def guarded(data: Mapping[str, Any]) -> Any:
        try:
            return work(data)
        except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
            if isinstance(error, ExpressionError):
                raise
            return None

    return guarded


class Layer(dict[str, Any]):
    """Values that come before those of the data beneath."""

    __slots__ = ("beneath",)

    def __init__(self, beneath: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.beneath = beneath

    def __missing__(self, name: str) -> Any:
        return self.beneath[name]


# -- Words ---------------------------------------------------------------------------------------

_START = r"[^\W\d]"
_TOKEN = re.compile(
    r"(?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)"
    r"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,4})?(?![\w]))"
    r"""|(?P<at>@"[^"\\]*")"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    rf"|(?P<name>\?|{_START}\w*)"
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
class _Token:
    kind: str
    text: str
    value: Any = None


_END = _Token("end", "")


@lru_cache(maxsize=512)
def _known(vocabulary: Vocabulary) -> re.Pattern[str] | None:
    """Names that are not one plain word, the longest first."""
    known = vocabulary.names | vocabulary.parts | {callee.name for callee in vocabulary.callees}
    spoken = sorted((name for name in known if not re.fullmatch(rf"{_START}\w*", name)), key=len, reverse=True)
    if not spoken:
        return None
    return re.compile("(?:" + "|".join(r"\s+".join(map(re.escape, name.split())) for name in spoken) + r")(?!\w)")


def _tokens(source: str, vocabulary: Vocabulary) -> list[_Token]:
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"The expression is longer than {MAX_SOURCE} characters.")
    known, found, place = _known(vocabulary), [], 0
    while place < len(source):
        match = (known and known.match(source, place)) or _SPOKEN.match(source, place)
        if match and match.end() > place and not (place and re.match(r"\w", source[place - 1])):
            found.append(_Token("name", " ".join(match[0].split())))
            place = match.end()
            continue
        token = _TOKEN.match(source, place)
        if token is None:
            raise ExpressionError(f"“{_short(source)}” is not an expression: “{source[place]}” cannot stand there.")
        place = token.end()
        kind, text = token.lastgroup or "", token[0]
        if kind == "number":
            found.append(_Token(kind, text, values.NUMBERS.create_decimal(text)))
        elif kind == "text":
            found.append(_Token(kind, text, bounded(_ESCAPE.sub(_unescaped, text[1:-1]))))
        elif kind == "at":
            found.append(_Token(kind, text, values.to_temporal(text[2:-1])))
        elif kind != "space":
            found.append(_Token(kind, text))
    return found


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else match[0]
    return _ESCAPES.get(match[3], match[0])


def _short(source: str) -> str:
    text = " ".join(source.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


# -- Grammar -------------------------------------------------------------------------------------

_COMPARISONS: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": equal,
    "==": equal,
    "!=": lambda a, b: negated(equal(a, b)),
    "<": lambda a, b: values.before(a, b),
    "<=": lambda a, b: values.before(a, b, or_equal=True),
    ">": lambda a, b: values.before(b, a),
    ">=": lambda a, b: values.before(b, a, or_equal=True),
}
_SUMS = {"+": values.add, "-": values.subtract}
_PRODUCTS = {"*": values.multiply, "/": values.divide, "%": values.remainder}


class _Reader:
    """Reads one text, the loosest sign first. Every part becomes a function over the data."""

    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        if not source.strip():
            raise ExpressionError("The expression is empty.")
        self.source, self.vocabulary = source, vocabulary
        self.tokens = _tokens(source, vocabulary)
        self.callees = {callee.name: callee for callee in vocabulary.callees}
        self.place = self.parts = self.depth = 0
        self.names: set[str] = set()

    # -- Moving through the tokens

    @property
    def now(self) -> _Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def next_is(self, *texts: str) -> bool:
        token = self.now
        return token.text in texts and token.kind in ("sign", "name")

    def takes(self, *texts: str) -> str:
        """The sign or word that stands here, if it is one of these."""
        if not self.next_is(*texts):
            return ""
        self.place += 1
        return self.tokens[self.place - 1].text

    def expect(self, *texts: str) -> str:
        found = self.takes(*texts)
        if not found:
            raise self.wrong()
        return found

    def wrong(self) -> ExpressionError:
        """What to say of the token that stands here."""
        token = self.now
        if token.kind == "name" and token.text in _REFUSED:
            return ExpressionError(f"An expression may not use {_REFUSED[token.text]}.")
        where = f"“{token.text}” cannot stand there" if token.text else "it ends too early"
        return ExpressionError(f"“{_short(self.source)}” is not an expression: {where}.")

    def counted(self, work: Any) -> Any:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise ExpressionError(f"The expression has more than {MAX_PARTS} parts.")
        return work

    # -- Expressions

    def whole(self) -> Work:
        work = self.expression()
        if self.now is not _END:
            raise self.wrong()
        return work

    def expression(self) -> Work:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"The expression is nested deeper than {MAX_DEPTH} levels.")
        if self.takes("if"):
            condition = self.expression()
            self.expect("then")
            chosen = self.expression()
            self.expect("else")
            work = _choice(condition, chosen, self.expression())
        else:
            work = self.disjunction()
            if self.takes("if"):
                condition = self.disjunction()
                self.expect("else")
                work = _choice(condition, work, self.expression())
        self.depth -= 1
        return self.counted(work)

    def disjunction(self) -> Work:
        return self._joined("or", self.conjunction, values.either, True)

    def conjunction(self) -> Work:
        return self._joined("and", self.negation, values.both, False)

    def _joined(
        self, word: str, part: Callable[[], Work], join: Callable[[Any, Any], bool | None], decides: bool
    ) -> Work:
        works = [part()]
        while self.takes(word):
            works.append(self.counted(part()))
        return works[0] if len(works) == 1 else _logic(works, join, decides)

    def negation(self) -> Work:
        if self.next_is("not") and not self._follows("("):
            self.place += 1
            work = self.negation()
            return self.counted(lambda data: negated(work(data)))
        return self.comparison()

    def _follows(self, text: str) -> bool:
        return self.place + 1 < len(self.tokens) and self.tokens[self.place + 1].text == text

    def comparison(self) -> Work:
        left = self.sum()
        chain: list[Work] = []
        while True:
            sign = self.takes(*_COMPARISONS)
            if sign:
                right = self.sum()
                found: Work = _applied(_COMPARISONS[sign], left, right)
                left = right
            elif self.takes("between"):
                low = self.sum()
                self.expect("and")
                found = _between(left, low, self.sum())
            elif self.takes("in"):
                found = self._membership(left)
            elif self.next_is("not") and self._follows("in"):
                self.place += 2
                found = _applied(lambda value, _: negated(value), self._membership(left), left)
            elif not chain:
                return left
            else:
                return chain[0] if len(chain) == 1 else _logic(chain, values.both, False)
            chain.append(self.counted(found))

    def _membership(self, left: Work) -> Work:
        if self.next_is("(") and not self._opens_range():
            self.place += 1
            test = self._any_of(")")
            self.expect(")")
        else:
            test = self._test()
        return lambda data: test(left(data), data)

    def sum(self) -> Work:
        return self._chain(_SUMS, self.product)

    def product(self) -> Work:
        return self._chain(_PRODUCTS, self.raised)

    def raised(self) -> Work:
        return self._chain({"**": values.power}, self.signed)

    def _chain(self, signs: Mapping[str, Callable[[Any, Any], Any]], part: Callable[[], Work]) -> Work:
        first, rest = part(), []
        while sign := self.takes(*signs):
            rest.append((signs[sign], self.counted(part())))
        if len(rest) > 1:
            return _in_turn(first, rest)
        return _applied(rest[0][0], first, rest[0][1]) if rest else first

    def signed(self) -> Work:
        sign = self.takes("-", "+")
        if not sign:
            return self.postfix()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"The expression is nested deeper than {MAX_DEPTH} levels.")
        work = self.signed()
        self.depth -= 1
        if sign == "+":
            return self.counted(lambda data: found if kind_of(found := work(data)) == "number" else None)
        return self.counted(lambda data: values.negative(work(data)))

    def postfix(self) -> Work:
        work = self.primary()
        while True:
            if self.takes("."):
                work = self.counted(self._part(work))
            elif self.next_is("[") and not self._closes_range():
                self.place += 1
                work = self.counted(self._item(work))
                self.expect("]")
            else:
                return work

    def _part(self, holder: Work) -> Work:
        token = self.now
        if token.kind != "name" or (token.text not in self.vocabulary.parts and token.text not in _TEMPORAL_PARTS):
            raise ExpressionError(
                "An expression may not use a dot after a name (no attributes), but for the parts that the decision file declares."
            )
        self.place += 1
        name = token.text
        return lambda data: _part_of(holder(data), name)

    def _item(self, holder: Work) -> Work:
        negative, token = bool(self.takes("-")), self.now
        if token.kind not in ("number", "text"):
            raise ExpressionError("Square brackets take a plain key: a text or a whole number.")
        self.place += 1
        key = -token.value if negative and token.kind == "number" else token.value
        return lambda data: _item_of(holder(data), key)

    def primary(self) -> Work:
        token = self.now
        if token.kind in ("number", "text", "at"):
            self.place += 1
            return self.counted(_constant(token.value))
        if token.kind == "name":
            return self.counted(self._name())
        if self.next_is("(", "[", "]") and self._opens_range():
            low, high, low_included, high_included = self._range()
            return self.counted(lambda data: Range(low(data), high(data), low_included, high_included))
        if self.takes("("):
            work = self.expression()
            self.expect(")")
            return work
        if self.takes("["):
            items = [] if self.next_is("]") else self._items()
            self.expect("]")
            return self.counted(lambda data: bounded([item(data) for item in items]))
        raise self.wrong()

    def _items(self) -> list[Work]:
        items = [self.expression()]
        while self.takes(","):
            items.append(self.expression())
        return items

    def _name(self) -> Work:
        token = self.now
        name = token.text
        is_known = name in self.vocabulary.names
        if not is_known and name in _WORDS:
            self.place += 1
            return _constant(_WORDS[name])
        if not is_known and (name in _REFUSED or (name in _OPERATORS and name != "not")):
            raise self.wrong()
        if not is_known and name.startswith("_"):
            raise ExpressionError(f"“{name}” is not a name that an expression may use.")
        self.place += 1
        if self.takes("("):
            return self._call(name)
        if name == "not":
            raise self.wrong()
        if name != VALUE:
            self.names.add(name)
        return _lookup(name)

    def _call(self, name: str) -> Work:
        callee = self.callees.get(name)
        if callee is None and name not in FUNCTIONS:
            raise ExpressionError(f"An expression may call only {', '.join(sorted({*self.callees, *FUNCTIONS}))}.")
        given: list[tuple[str, Work]] = []
        while not self.next_is(")"):
            label = ""
            if callee is not None and self.now.kind == "name" and self._follows(":"):
                label = self.now.text
                self.place += 2
            given.append((label, self.expression()))
            if not self.takes(","):
                break
        self.expect(")")
        if callee is not None:
            return _invoked(callee, given)
        work, arguments = FUNCTIONS[name], [argument for _, argument in given]
        return lambda data: bounded(work(*(argument(data) for argument in arguments)))

    # -- Ranges and tests

    def _opens_range(self) -> bool:
        """Whether the bracket here opens an interval: `..` follows at its own depth."""
        depth = 0
        for token in self.tokens[self.place + 1 :]:
            if token.kind != "sign":
                continue
            if token.text == ".." and depth == 0:
                return True
            if token.text in ("(", "["):
                depth += 1
            elif token.text in (")", "]"):
                depth -= 1
            if depth < 0 or (token.text == "," and depth == 0):
                return False
        return False

    def _closes_range(self) -> bool:
        """Whether the `[` here is the end of `]1..10[` and opens nothing."""
        follows = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else _END
        return self.in_range and (follows is _END or follows.text in (",", ")", "and", "or", "then", "else", "if"))

    in_range = False

    def _range(self) -> tuple[Work, Work, bool, bool]:
        opening = self.expect("(", "[", "]")
        low = self.sum()
        self.expect("..")
        self.in_range = True
        high = self.sum()
        self.in_range = False
        return low, high, opening == "[", self.expect(")", "]", "[") == "]"

    def tests(self) -> Test:
        """A whole cell."""
        if self.next_is("not") and self._follows("(") and self._spans_the_rest():
            self.place += 2
            test = self._any_of(")")
            self.expect(")")
            refused = test
            test = lambda value, data: negated(refused(value, data))  # noqa: E731
        else:
            test = self._any_of("")
        if self.now is not _END:
            raise self.wrong()
        return test

    def _spans_the_rest(self) -> bool:
        depth = 0
        for place, token in enumerate(self.tokens[self.place :], start=self.place):
            if token.kind == "sign":
                depth += {"(": 1, ")": -1}.get(token.text, 0)
                if depth == 0 and token.text == ")":
                    return place == len(self.tokens) - 1
        return False

    def _any_of(self, end: str) -> Test:
        tests = [self._test()]
        while self.takes(","):
            tests.append(self._test())
        if len(tests) == 1:
            return tests[0]

        def test(value: Any, data: Mapping[str, Any]) -> bool | None:
            answer: bool | None = False
            for one in tests:
                answer = values.either(answer, one(value, data))
                if answer is True:
                    return True
            return answer

        return test

    def _test(self) -> Test:
        """One test: a comparison, an interval, a value or list of values, or a condition about `?`."""
        sign = self.takes(*_COMPARISONS)
        if sign:
            compare, wanted = _COMPARISONS[sign], self.sum()
            return self.counted(lambda value, data: compare(value, wanted(data)))
        start = self.place
        work = self.expression()
        if any(token.text == VALUE and token.kind == "name" for token in self.tokens[start : self.place]):
            return self.counted(lambda value, data: work(Layer(data, {VALUE: value})))
        return self.counted(lambda value, data: _fits(value, work(data)))


# -- What the parts work out ---------------------------------------------------------------------


def _constant(value: Any) -> Work:
    return lambda data: value


def _lookup(name: str) -> Work:
    def work(data: Mapping[str, Any]) -> Any:
        try:
            return seen(data[name])
        except KeyError:
            raise ExpressionError(f"There is no value called “{name}”.") from None

    return work


def _applied(apply: Callable[[Any, Any], Any], left: Work, right: Work) -> Work:
    return lambda data: apply(left(data), right(data))


def _in_turn(first: Work, rest: list[tuple[Callable[[Any, Any], Any], Work]]) -> Work:
    def work(data: Mapping[str, Any]) -> Any:
        value = first(data)
        for apply, part in rest:
            value = apply(value, part(data))
        return value

    return work


def _logic(works: list[Work], join: Callable[[Any, Any], bool | None], decides: bool) -> Work:
    def work(data: Mapping[str, Any]) -> bool | None:
        answer: bool | None = not decides
        for part in works:
            answer = join(answer, part(data))
            if answer is decides:
                break
        return answer

    return work


def _choice(condition: Work, chosen: Work, other: Work) -> Work:
    return lambda data: chosen(data) if condition(data) is True else other(data)


def _between(value: Work, low: Work, high: Work) -> Work:
    return lambda data: Range(low(data), high(data)).holds(value(data))


def _fits(value: Any, wanted: Any) -> bool | None:
    kind = kind_of(wanted)
    if kind == "range" and not isinstance(value, Range):
        return wanted.holds(value)  # type: ignore[no-any-return]
    if kind == "list" and kind_of(value) != "list":
        return any(_fits(value, item) is True for item in wanted)
    return equal(value, wanted)


def _part_of(holder: Any, name: str) -> Any:
    """A part that the value has by declaration; never a Python attribute but those of a date, time or duration."""
    kind = kind_of(holder)
    if kind == "context":
        return seen(holder[name]) if name in holder else None
    if kind == "list":
        return [_part_of(item, name) for item in holder]
    if name not in _PARTS.get(kind, ()):
        return None
    if kind == "days and time":
        whole = abs(holder)
        sizes = {"days": whole.days, "hours": whole.seconds // 3600, "minutes": whole.seconds % 3600 // 60}
        return (-1 if holder.days < 0 else 1) * sizes.get(name, whole.seconds % 60)
    if kind == "years and months":
        size = abs(holder.months)
        return (-1 if holder.months < 0 else 1) * (size // 12 if name == "years" else size % 12)
    return holder.isoweekday() if name == "weekday" else getattr(holder, name)


def _item_of(holder: Any, key: Any) -> Any:
    """A list's item, counted from 1 or from the end; what a context has under a key."""
    kind = kind_of(holder)
    if isinstance(key, str):
        return seen(holder[key]) if kind == "context" and key in holder else None
    if kind != "list":
        return holder if key == 1 and holder is not None else None
    place = int(key)
    if place == 0 or abs(place) > len(holder):
        return None
    return seen(holder[place - 1 if place > 0 else place])


def _invoked(callee: Callee, given: list[tuple[str, Work]]) -> Work:
    parameters = callee.parameters
    named = {label: work for label, work in given if label}
    if named and (len(named) != len(given) or not set(named) <= set(parameters)):
        raise ExpressionError(f"“{callee.name}” takes {', '.join(parameters)}.")
    if not named and len(given) != len(parameters):
        raise ExpressionError(f"“{callee.name}” takes {len(parameters)} values, not {len(given)}.")
    arguments = named or {name: work for name, (_, work) in zip(parameters, given, strict=True)}

    def work(data: Mapping[str, Any]) -> Any:
        known = dict.fromkeys(parameters)
        known.update({name: argument(data) for name, argument in arguments.items()})
        return callee.work[0](known)

    return work
