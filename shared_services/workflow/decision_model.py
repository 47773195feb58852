"""The decisions of a DMN file, ready to decide: each needs its inputs and the decisions before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from .decision_tables import NOTHING_FITS, DecisionTable
from .decision_types import ANYTHING, Kind
from .feel.reading import PLAIN, Layer, Vocabulary, Work, read
from .feel.values import Months, in_iso


class DecisionRefused(ValueError):
    """A decision file that may not be used, with each reason and the name of its element."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(message for _, message in self.problems))


@dataclass(frozen=True, slots=True)
class Input:
    """A value that a decision file asks for."""

    name: str
    kind: Kind = ANYTHING


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: its logic, and what it needs first."""

    id: str
    name: str
    variable: str
    """The name under which other decisions read its answer."""
    work: Work = field(compare=False, repr=False)
    table: DecisionTable | None = None
    needs: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    source: str = ""
    """Its logic as written, to tell whether it has changed: an expression's text, or the XML of anything else."""
    is_expression: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names that a case keeps its answer under."""
        return self.table.outputs if self.table is not None else (self.variable,)

    def reads(self, vocabulary: Vocabulary) -> set[str]:
        """The names that its table or its expression reads; of other logic, the inputs that it declares."""
        if self.table is not None:
            return self.table.reads(vocabulary)
        return set(read(self.source, vocabulary).names) if self.is_expression else {one.name for one in self.inputs}


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """The decisions of one DMN file and those that each needs first."""

    decisions: dict[str, Decision]
    knowledge: str = field(default="", repr=False)
    """The functions and kinds that the file's decisions rest on, as written: to tell whether they have changed."""
    vocabulary: Vocabulary = field(default=PLAIN, compare=False, repr=False)
    """The names of the file that are more than one plain word."""

    @property
    def tables(self) -> dict[str, DecisionTable]:
        return {key: found.table for key, found in self.decisions.items() if found.table is not None}

    def find(self, key: str) -> Decision | None:
        """A decision by its id, else by its name."""
        return self.decisions.get(key) or next((one for one in self.decisions.values() if one.name == key), None)

    def decide(self, key: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer by the names of its outputs, as a case keeps it; empty when no row of a table fits."""
        decision = self.decisions[key]
        answer = self._work_out(decision, data, {})
        return decision.table.named(answer) if decision.table is not None else {decision.variable: answer}

    def result(self, key: str, data: Mapping[str, Any]) -> Any:
        """The answer as DMN has it: a value, a context, or a list. Raises ExpressionError."""
        answer = self._work_out(self.decisions[key], data, {})
        return None if answer is NOTHING_FITS else answer

    def inputs_of(self, key: str) -> tuple[Input, ...]:
        """The inputs that a decision declares, its own and those of the decisions that it needs."""
        found: dict[str, Input] = {}
        for one in [key, *self.all_needs(key)]:
            found.update({wanted.name: wanted for wanted in self.decisions[one].inputs})
        return tuple(found.values())

    def reads(self, key: str) -> set[str]:
        """The names that a decision, and those that it needs, look for among the values of a case."""
        found: set[str] = set()
        for one in (self.decisions[each] for each in [key, *self.all_needs(key)]):
            needed = [self.decisions[each] for each in one.needs]
            answered = {each.variable for each in needed}.union(*(each.outputs for each in needed))
            found |= one.reads(self.vocabulary) - answered
        return found

    def all_needs(self, key: str) -> list[str]:
        found: dict[str, None] = {}
        queue = list(self.decisions[key].needs)
        while queue:
            needed = queue.pop()
            if needed not in found:
                found[needed] = None
                queue.extend(self.decisions[needed].needs)
        return list(found)

    def _work_out(self, decision: Decision, data: Mapping[str, Any], answers: dict[str, Any]) -> Any:
        """Each needed decision is worked out once."""
        if not decision.needs and not decision.inputs:
            return decision.work(data)
        known: dict[str, Any] = {}
        for key in decision.needs:
            needed = self.decisions[key]
            if key not in answers:
                answers[key] = self._work_out(needed, data, answers)
            answer = answers[key]
            if needed.table is not None:
                # A table's outputs can be read by their own names, too.
                known.update(needed.table.named(answer))
            known[needed.variable] = None if answer is NOTHING_FITS else answer
        for wanted in decision.inputs:
            # What is not there is told where it is read: in many drawings an input is a label and no more.
            if wanted.name in data:
                known[wanted.name] = wanted.kind.take(data[wanted.name], wanted.name)
        return decision.work(Layer(data, known))


def as_plain(value: Any) -> Any:
    """A result as plain JSON: money and other decimals as text, dates as ISO text."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and 0 <= int(value.as_tuple().exponent) <= 60
        return int(value) if whole else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (time, timedelta, Months)):
        return in_iso(value)
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    return value
