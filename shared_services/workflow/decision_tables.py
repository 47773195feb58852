"""One decision table: what it looks at, what it answers, the rows between, and what its hit policy makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .decision_types import loosely
from .expressions import ExpressionError
from .feel.functions import FUNCTIONS
from .feel.reading import Test, Vocabulary, Work, names_in_tests, read
from .feel.values import equal

HIT_POLICIES = {"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"}
MANY = {"RULE ORDER", "OUTPUT ORDER", "COLLECT"}
"""Hit policies that answer with every row that fits."""
AGGREGATIONS = {"SUM", "MIN", "MAX", "COUNT"}


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    cells: tuple[str, ...]
    results: tuple[str, ...]
    annotation: str = ""
    tests: tuple[tuple[int, Test], ...] = field(default=(), compare=False, repr=False)
    """The cells that ask for something, each with the number of its column."""
    works: tuple[Work, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InputColumn:
    """What a column looks at, ready to be worked out."""

    text: str
    label: str
    base: str
    work: Work
    allowed: str = ""
    test: Test | None = None

    def value(self, data: Mapping[str, Any], table: str) -> Any:
        value = self.work(data)
        if isinstance(value, (str, float)) or self.base == "date and time":
            value = loosely(value, self.base)
        if self.test is not None and value is not None and not self.test(value, data):
            raise ExpressionError(f"“{self.label or self.text}” of decision table “{table}” may be {self.allowed}.")
        return value


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table, read once and kept with its process version."""

    id: str
    name: str
    hit_policy: str
    aggregation: str
    inputs: tuple[str, ...]
    input_labels: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    defaults: tuple[str, ...] = ()
    columns: tuple[InputColumn, ...] = field(default=(), compare=False, repr=False)
    default_works: tuple[Work | None, ...] = field(default=(), compare=False, repr=False)
    order: tuple[tuple[Any, ...], ...] = ()
    """For each output its values, the one that counts most first; empty when none are listed."""

    def reads(self, vocabulary: Vocabulary) -> set[str]:
        """The names that its columns, cells and answers read."""
        texts = [*self.inputs, *(text for rule in self.rules for text in rule.results), *self.defaults]
        names = set().union(*(read(text, vocabulary).names for text in texts if text not in ("", "-")))
        return names.union(*(names_in_tests(cell, vocabulary) for rule in self.rules for cell in rule.cells))

    def decide(self, data: Mapping[str, Any]) -> Any:
        """The answer as DMN has it: a value, or a context when there are several outputs, or a list of these."""
        return self._answer(self._hits(data), data)

    def named(self, answer: Any) -> dict[str, Any]:
        """An answer by the names of the outputs, as a case keeps it; empty when no row fits."""
        one = len(self.outputs) == 1
        if self.hit_policy in MANY and not self.aggregation:
            rows = [{self.outputs[0]: row} if one else row for row in answer]
            return {name: [row[name] for row in rows] for name in self.outputs}
        if self.aggregation:
            return {self.outputs[0]: answer}
        return {} if answer is NOTHING_FITS else {self.outputs[0]: answer} if one else answer

    def _hits(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        values = [column.value(data, self.name) for column in self.columns]
        hits = []
        for rule in self.rules:
            try:
                if all(test(values[place], data) for place, test in rule.tests):
                    hits.append(dict(zip(self.outputs, (work(data) for work in rule.works), strict=True)))
                    if self.hit_policy == "FIRST":
                        break
            except ExpressionError as error:
                raise ExpressionError(f"Row {rule.id} of decision table “{self.name}”: {error}") from error
        return hits

    def _answer(self, hits: list[dict[str, Any]], data: Mapping[str, Any]) -> Any:
        if not hits:
            return self._nothing_fits(data)
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise ExpressionError(f"Decision table “{self.name}” has more than one row for these values.")
        if self.hit_policy == "ANY" and any(equal(hit, hits[0]) is not True for hit in hits[1:]):
            raise ExpressionError(f"Decision table “{self.name}” has more than one row for these values.")
        if self.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
            hits = sorted(hits, key=self._rank)
        if self.aggregation:
            return self._aggregated([hit[self.outputs[0]] for hit in hits])
        if self.hit_policy in MANY:
            return [self._bare(hit) for hit in hits]
        return self._bare(hits[0])

    def _bare(self, hit: dict[str, Any]) -> Any:
        return hit[self.outputs[0]] if len(self.outputs) == 1 else hit

    def _nothing_fits(self, data: Mapping[str, Any]) -> Any:
        if any(self.default_works):
            found = self._bare(
                {
                    name: work(data) if work is not None else None
                    for name, work in zip(self.outputs, self.default_works, strict=True)
                }
            )
            return [found] if self.hit_policy in MANY and not self.aggregation else found
        if self.aggregation:
            return 0 if self.aggregation == "COUNT" else None
        return [] if self.hit_policy in MANY else NOTHING_FITS

    def _rank(self, hit: dict[str, Any]) -> tuple[int, ...]:
        return tuple(
            next((place for place, one in enumerate(order) if equal(one, hit[name]) is True), len(order))
            for name, order in zip(self.outputs, self.order, strict=True)
        )

    def _aggregated(self, found: list[Any]) -> Any:
        if self.aggregation == "COUNT":
            return len(found)
        return FUNCTIONS[self.aggregation.lower()](found)


class _NothingFits:
    """What a table answers when no row fits: null to other decisions, a fault to a case that needs its answer."""

    def __bool__(self) -> bool:
        return False


NOTHING_FITS = _NothingFits()
