"""Decision tables (DMN): read once, decided by the same evaluator wherever they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from .decision_cells import check_cell, holds
from .expressions import ExpressionError, compiled, evaluate
from .safe_xml import local, read_xml

HIT_POLICIES = {"UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"}
AGGREGATIONS: dict[str, Callable[[list[Any]], Any]] = {"SUM": sum, "MIN": min, "MAX": max, "COUNT": len}


class DecisionRefused(ValueError):
    """A decision table that may not be used, with the reason and the name of the element."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    cells: tuple[str, ...]
    results: tuple[str, ...]
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """One table: what it looks at, what it answers, and the rows between."""

    id: str
    name: str
    hit_policy: str
    aggregation: str
    inputs: tuple[str, ...]
    input_labels: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]

    def decide(self, data: Mapping[str, Any]) -> Any:
        """The answer for these values: one set of named results, or a list of them for COLLECT and RULE ORDER."""
        values = [evaluate(source, data) for source in self.inputs]
        hits = []
        for rule in self.rules:
            if self._matches(rule, values, data):
                hits.append(self._results(rule, data))
                if self.hit_policy == "FIRST":
                    break
        return self._answer(hits)

    def _matches(self, rule: Rule, values: list[Any], data: Mapping[str, Any]) -> bool:
        try:
            return all(holds(cell, value, data) for cell, value in zip(rule.cells, values, strict=True))
        except ExpressionError as error:
            raise ExpressionError(f"Row {rule.id} of decision table “{self.name}”: {error}") from error

    def _results(self, rule: Rule, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: evaluate(source, data) if source.strip() not in ("", "-") else None
            for name, source in zip(self.outputs, rule.results, strict=True)
        }

    def _answer(self, hits: list[dict[str, Any]]) -> Any:
        if self.hit_policy in ("COLLECT", "RULE ORDER"):
            return self._collected(hits)
        if not hits:
            return {}
        if self.hit_policy in ("UNIQUE", "ANY") and any(hit != hits[0] for hit in hits[1:]):
            raise ExpressionError(f"Decision table “{self.name}” has more than one row for these values.")
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise ExpressionError(f"Decision table “{self.name}” has more than one row for these values.")
        return hits[0]

    def _collected(self, hits: list[dict[str, Any]]) -> Any:
        if not self.aggregation:
            return {name: [hit[name] for hit in hits] for name in self.outputs}
        name = self.outputs[0]
        found = [hit[name] for hit in hits]
        if not found and self.aggregation != "COUNT":
            return {name: None}
        return {name: AGGREGATIONS[self.aggregation](found)}


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """The decision tables of one DMN file and the decisions each needs first."""

    tables: dict[str, DecisionTable]
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def decide(self, decision: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Decide, working out first the decisions that this one needs."""
        known = dict(data)
        for needed in self.needs.get(decision, ()):
            answer = self.decide(needed, known)
            known.update(answer)
        return self.tables[decision].decide(known)


def read_decisions(text: str | bytes, name: str = "The decision file") -> DecisionModel:
    """Read and check a DMN file. Raises DecisionRefused or XmlRefused."""
    root = read_xml(text, name)
    tables: dict[str, DecisionTable] = {}
    needs: dict[str, tuple[str, ...]] = {}
    for decision in root.iter("{*}decision"):
        key = decision.get("id", "")
        table = decision.find("{*}decisionTable")
        if table is None:
            raise DecisionRefused(f"Decision “{decision.get('name', key)}” has no decision table.")
        tables[key] = _table(decision, table)
        needs[key] = tuple(
            (found.get("href") or "").lstrip("#")
            for found in decision.findall("{*}informationRequirement/{*}requiredDecision")
        )
    if not tables:
        raise DecisionRefused(f"{name} has no decision.")
    _check_needs(tables, needs)
    return DecisionModel(tables, needs)


def _check_needs(tables: dict[str, DecisionTable], needs: dict[str, tuple[str, ...]]) -> None:
    def visit(key: str, above: tuple[str, ...]) -> None:
        if key not in tables:
            raise DecisionRefused(f"Decision “{above[-1]}” needs a decision “{key}” that is not in the file.")
        if key in above:
            raise DecisionRefused(f"Decision “{key}” needs itself.")
        for needed in needs[key]:
            visit(needed, (*above, key))

    for key in tables:
        visit(key, ())


def _text(element: etree._Element | None) -> str:
    found = element.find("{*}text") if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def _table(decision: etree._Element, table: etree._Element) -> DecisionTable:
    name = decision.get("name") or decision.get("id", "")
    policy = table.get("hitPolicy", "UNIQUE").upper()
    aggregation = table.get("aggregation", "").upper()
    if policy not in HIT_POLICIES:
        raise DecisionRefused(
            f"Decision table “{name}” uses hit policy {policy}; use one of {', '.join(sorted(HIT_POLICIES))}."
        )
    if aggregation and aggregation not in AGGREGATIONS:
        raise DecisionRefused(f"Decision table “{name}” uses aggregation {aggregation}.")
    columns = table.findall("{*}input")
    inputs = tuple(_text(column.find("{*}inputExpression")) for column in columns)
    outputs = tuple(column.get("name") or column.get("label") or "" for column in table.findall("{*}output"))
    if not outputs or not all(outputs):
        raise DecisionRefused(f"Decision table “{name}” has an output column without a name.")
    if aggregation and len(outputs) != 1:
        raise DecisionRefused(f"Decision table “{name}” adds up more than one output column.")
    rules = tuple(
        _rule(row, number, len(inputs), len(outputs), name) for number, row in enumerate(table.findall("{*}rule"), 1)
    )
    found = DecisionTable(
        id=decision.get("id", ""), name=name, hit_policy=policy, aggregation=aggregation, inputs=inputs,
        input_labels=tuple(column.get("label", "") for column in columns), outputs=outputs, rules=rules,
    )  # fmt: skip
    _check(found)
    return found


def _rule(row: etree._Element, number: int, inputs: int, outputs: int, table: str) -> Rule:
    cells = tuple(_text(cell) for cell in row if local(cell) == "inputEntry")
    results = tuple(_text(cell) for cell in row if local(cell) == "outputEntry")
    if len(cells) != inputs or len(results) != outputs:
        raise DecisionRefused(f"Row {number} of decision table “{table}” does not have a cell for every column.")
    note = row.find("{*}description")
    return Rule(row.get("id") or str(number), cells, results, (note.text or "").strip() if note is not None else "")


def _check(table: DecisionTable) -> None:
    try:
        for source in table.inputs:
            compiled(source)
        for rule in table.rules:
            for cell in rule.cells:
                check_cell(cell)
            for source in rule.results:
                if source.strip() not in ("", "-"):
                    compiled(source)
    except ExpressionError as error:
        raise DecisionRefused(f"Decision table “{table.name}”: {error}") from error


def as_plain(value: Any) -> Any:
    """A result as plain JSON: money and other decimals as text, dates as ISO text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    return value
