"""From a FEEL text to a function over plain data: read once, bounded in length, parts and depth.

Beside the language itself the spellings of other tools' conditions are taken: `==`, `a if condition else b`,
`not x`, `x not in [..]`, texts in single quotes. Loops, filters by condition, functions and contexts in the text
are not: the refusal says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import values
from .bounds import MAX_DEPTH, ExpressionError
from .functions import FUNCTIONS, negated
from .values import Range, bounded, equal, kind_of
from .words import END, PLAIN, REFUSED, Callee, Token, Vocabulary, Work, short, tokens
from .working import (
    TEMPORAL_PARTS,
    Layer,
    applied,
    between,
    choice,
    constant,
    fits,
    in_turn,
    invoked,
    item_of,
    logic,
    lookup,
    part_of,
)

__all__ = ["PLAIN", "Callee", "Layer", "Read", "Test", "Vocabulary", "Work", "names_in_tests", "read", "read_tests"]
MAX_PARTS = 1000

Test = Callable[[Any, Mapping[str, Any]], Any]
VALUE = "?"
"""The value that a cell is about."""
_WORDS = {"true": True, "false": False, "null": None}
_OPERATORS = {"and", "or", "not", "in", "between", "if", "then", "else"}


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


def names_in_tests(source: str, vocabulary: Vocabulary = PLAIN) -> frozenset[str]:
    """The names that a cell reads besides the value that it is about."""
    if source.strip() in ("", "-"):
        return frozenset()
    reader = _Reader(source, vocabulary)
    reader.tests()
    return frozenset(reader.names)


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
        self.tokens = tokens(source, vocabulary)
        self.callees = {callee.name: callee for callee in vocabulary.callees}
        self.place = self.parts = self.depth = 0
        self.names: set[str] = set()

    # -- Moving through the tokens

    @property
    def now(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else END

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
        if token.kind == "name" and token.text in REFUSED:
            return ExpressionError(f"An expression may not use {REFUSED[token.text]}.")
        where = f"“{token.text}” cannot stand there" if token.text else "it ends too early"
        return ExpressionError(f"“{short(self.source)}” is not an expression: {where}.")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"The expression is nested deeper than {MAX_DEPTH} levels.")

    def counted(self, work: Any) -> Any:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise ExpressionError(f"The expression has more than {MAX_PARTS} parts.")
        return work

    # -- Expressions

    def whole(self) -> Work:
        work = self.expression()
        if self.now is not END:
            raise self.wrong()
        return work

    def expression(self) -> Work:
        self.deeper()
        if self.takes("if"):
            condition = self.expression()
            self.expect("then")
            chosen = self.expression()
            self.expect("else")
            work = choice(condition, chosen, self.expression())
        else:
            work = self.disjunction()
            if self.takes("if"):
                condition = self.disjunction()
                self.expect("else")
                work = choice(condition, work, self.expression())
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
        return works[0] if len(works) == 1 else logic(works, join, decides)

    def negation(self) -> Work:
        if self.next_is("not") and not self._follows("("):
            self.place += 1
            self.deeper()
            work = self.negation()
            self.depth -= 1
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
                found: Work = applied(_COMPARISONS[sign], left, right)
                left = right
            elif self.takes("between"):
                low = self.sum()
                self.expect("and")
                found = between(left, low, self.sum())
            elif self.takes("in"):
                found = self._membership(left)
            elif self.next_is("not") and self._follows("in"):
                self.place += 2
                found = applied(lambda value, _: negated(value), self._membership(left), left)
            elif not chain:
                return left
            else:
                return chain[0] if len(chain) == 1 else logic(chain, values.both, False)
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
            return in_turn(first, rest)
        return applied(rest[0][0], first, rest[0][1]) if rest else first

    def signed(self) -> Work:
        sign = self.takes("-", "+")
        if not sign:
            return self.postfix()
        self.deeper()
        work = self.signed()
        self.depth -= 1
        if sign == "+":
            return self.counted(lambda data: found if kind_of(found := work(data)) == "number" else None)
        return self.counted(lambda data: values.negative(work(data)))

    def postfix(self) -> Work:
        work, depth = self.primary(), self.depth
        while True:
            if self.takes("."):
                self.deeper()
                work = self.counted(self._part(work))
            elif self.next_is("[") and not self._closes_range():
                self.deeper()
                self.place += 1
                work = self.counted(self._item(work))
                self.expect("]")
            else:
                self.depth = depth
                return work

    def _part(self, holder: Work) -> Work:
        token = self.now
        known = self.vocabulary.parts | (TEMPORAL_PARTS if self.vocabulary.dates_have_parts else set())
        if token.kind != "name" or token.text not in known:
            raise ExpressionError(
                "An expression may not use a dot after a name (no attributes), but for the parts that the decision file declares."
            )
        self.place += 1
        name = token.text
        return lambda data: part_of(holder(data), name)

    def _item(self, holder: Work) -> Work:
        negative, token = bool(self.takes("-")), self.now
        if token.kind not in ("number", "text"):
            raise ExpressionError("Square brackets take a plain key: a text or a whole number.")
        self.place += 1
        key = -token.value if negative and token.kind == "number" else token.value
        return lambda data: item_of(holder(data), key)

    def primary(self) -> Work:
        token = self.now
        if token.kind in ("number", "text", "at"):
            self.place += 1
            return self.counted(constant(token.value))
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
            return constant(_WORDS[name])
        if not is_known and (name in REFUSED or (name in _OPERATORS and name != "not")):
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
        return lookup(name)

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
            return invoked(callee, given)
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
        follows = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else END
        return self.in_range and (follows is END or follows.text in (",", ")", "and", "or", "then", "else", "if"))

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
        if self.now is not END:
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
        return self.counted(lambda value, data: fits(value, work(data)))
