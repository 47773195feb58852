"""Which rows a council may add to a joint decision table: only such as ask the same officers and more.

The argument is ADR 0042's. A case that meets an added row of a FIRST table would have met a row below it; so what the
added row says is compared with what every row below it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared_services.workflow.decision_tables import DecisionTable, Rule
from shared_services.workflow.decisions import Decision, DecisionModel
from shared_services.workflow.diagrams import Diagram, Step
from shared_services.workflow.expressions import ExpressionError
from shared_services.workflow.feel.reading import PLAIN, read

from .conditions import implies, names_read

ASKED, DUE = "asked", "due"
EVERYTHING = {"", "-"}


def what_lessens(diagram: Diagram, decisions: Mapping[str, DecisionModel], before: Decision, after: Decision) -> str:
    """Why a council's decision is less than the joint one, as a sentence; empty when it certainly asks for as much."""
    old, new = before.table, after.table
    if old is None or new is None or replace(after, work=before.work, table=old, source=before.source) != before:
        return "Only rows may be added to it."
    if replace(new, rules=old.rules) != old or _columns(new) != _columns(old) or old.hit_policy != "FIRST":
        return "Only rows may be added to it, and only where the first row that fits counts."
    places = _places(old, new)
    if places is None:
        return "Its rows must stay as they are, in their order."
    uses = [_use(name, diagram, decisions) for name in old.outputs]
    for number, rule in enumerate(new.rules):
        if number in places:
            continue
        below = [new.rules[place].results for place in places if place > number]
        takes_all = any(set(new.rules[place].cells) <= EVERYTHING for place in places if place > number)
        if any(old.defaults):
            below.append(old.defaults)
            takes_all = takes_all or all(old.defaults)
        if not takes_all:
            return f"Row {number + 1} must stand above the row that takes everything else, or cases go on that would have stopped."
        for name, use, result, others in zip(old.outputs, uses, rule.results, zip(*below, strict=True), strict=True):
            if not all(_is_as_much(use, result, other) for other in others):
                return f"Row {number + 1} must {_must(use, name)} every row below it."
    return ""


def _columns(table: DecisionTable) -> list[tuple[str, str, str]]:
    """What each column looks at, as which kind, and what it may be."""
    return [(column.text, column.base, column.allowed) for column in table.columns]


def _places(old: DecisionTable, new: DecisionTable) -> list[int] | None:
    """Where the joint rows stand among the council's, in order; None when one is missing or changed."""
    places: list[int] = []
    wanted = iter(old.rules)
    rule = next(wanted, None)
    for number, one in enumerate(new.rules):
        if rule is not None and _says(one) == _says(rule):
            places.append(number)
            rule = next(wanted, None)
    return places if rule is None else None


def _says(rule: Rule) -> tuple[Any, ...]:
    return rule.cells, rule.results


def _use(name: str, diagram: Diagram, decisions: Mapping[str, DecisionModel]) -> str:
    """What an output of a table is for: whom a step asks in turn, how long there is, or, empty, anything else."""
    if any(name in model.reads(key) for key, model in decisions.items()):
        return ""
    uses = set(_uses(name, diagram))
    return uses.pop() if len(uses) == 1 else ""


def _uses(name: str, diagram: Diagram) -> Iterator[str]:
    for flow in diagram.flows:
        if name in names_read(flow.condition):
            yield ""
    for step in diagram.steps.values():
        if step.kind == "call" or name == step.into:
            yield ""
        timer = step.timer.text if step.timer is not None and not step.timer.is_plain else ""
        for text in (step.until, step.role_from, step.council_from, timer):
            if name in names_read(text):
                yield ""
        if name in names_read(step.due):
            yield DUE if step.due == name else ""
        if name in names_read(step.repeats_over):
            yield ASKED if step.repeats_over == name and _asks_each(step) else ""


def _asks_each(step: Step) -> bool:
    """Whether everyone on the list is asked, and the first who does not approve ends it: more names never ask for less."""
    refused = f'{step.into} != "approve"'
    ends = implies(step.until, refused) and implies(refused, step.until)
    return step.kind == "user" and step.role_from == step.item and ends


def _is_as_much(use: str, result: str, other: str) -> bool:
    if use == ASKED:
        more, asked = _list_in(result), _list_in(other)
        if more is None or asked is None:
            return False
        # Where nobody is asked nothing is approved, and one more name would let the case be granted.
        return _holds_in_order(more, asked) if asked else not more
    if use == DUE:
        days, allowed = _value_in(result), _value_in(other)
        return isinstance(days, Decimal) and isinstance(allowed, Decimal) and 0 < days <= allowed
    # Not word by word: within a text a second space is another text.
    return result == other


def _holds_in_order(more: list[str], asked: list[str]) -> bool:
    left = iter(more)
    return all(any(one == each for each in left) for one in asked)


def _value_in(text: str) -> Any:
    """The value of a cell that reads nothing; None for one that does."""
    try:
        found = read(text, PLAIN)
        return None if found.names else found.work({})
    except ExpressionError:
        return None


def _list_in(text: str) -> list[str] | None:
    value = _value_in(text)
    return value if isinstance(value, list) and all(isinstance(one, str) for one in value) else None


def _must(use: str, name: str) -> str:
    if use == ASKED:
        return f"ask in “{name}” for everyone, in the same order, who is asked for by"
    if use == DUE:
        return f"give no more days in “{name}” than"
    return f"say the same in “{name}” as"
