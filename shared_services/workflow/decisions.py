"""Reading a DMN file, versions 1.1 to 1.5, at conformance level 2: tables, expressions, invocations, contexts, lists.

Everything found wrong is told at once, by the name of its element. The classes are in `decision_model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from .decision_model import Decision, DecisionModel, DecisionRefused, Input, as_plain
from .decision_tables import AGGREGATIONS, HIT_POLICIES, NOTHING_FITS, DecisionTable, InputColumn, Rule
from .decision_types import Kind, kind_named, read_kinds
from .expressions import ExpressionError
from .feel.reading import Callee, Layer, Vocabulary, Work, read, read_tests
from .feel.values import bounded, check_weight
from .safe_xml import local, read_xml

__all__ = [
    "AGGREGATIONS", "HIT_POLICIES", "Decision", "DecisionModel", "DecisionRefused", "DecisionTable", "Rule", "as_plain",
    "read_decisions",
]  # fmt: skip
MAX_NESTING = 12
"""Boxed expressions in boxed expressions deeper than this are not read."""
MAX_CALLED = 500_000
"""So many characters of business knowledge models may be read in one decision."""
MAX_CHAIN = 60
"""Decisions that need each other, or models that call each other, in a chain longer than this are refused."""
_LOGIC = {"decisionTable", "literalExpression", "invocation", "context", "list", "relation"}
_OTHER_LOGIC = {
    "functionDefinition": "a function", "conditional": "a boxed conditional", "filter": "a boxed filter",
    "for": "a loop", "every": "a loop", "some": "a loop",
}  # fmt: skip


def read_decisions(text: str | bytes, name: str = "The decision file") -> DecisionModel:
    """Read and check a DMN file. Raises DecisionRefused or XmlRefused."""
    reading = _Reading(read_xml(text, name))
    decisions = reading.decisions()
    if not decisions and not reading.problems:
        reading.problems.append((name, f"{name} has no decision."))
    if not reading.problems:
        reading.check_needs(decisions)
        reading.check_calls()
    if reading.problems:
        raise DecisionRefused(reading.problems)
    return DecisionModel(decisions, reading.knowledge_source(), reading.vocabulary)


class _Reading:
    """One file as it is read, with everything found wrong so far."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.problems: list[tuple[str, str]] = []
        self.knowledge = {one.get("id", ""): one for one in root.findall("{*}businessKnowledgeModel")}
        self.callees = {key: _callee(one) for key, one in self.knowledge.items()}
        self.vocabulary = Vocabulary(_names(root), _parts(root), tuple(self.callees.values()))
        self.kinds: dict[str, Kind] = {}
        with self.noting("", "The kinds of this file"):
            self.kinds = read_kinds(root, self.vocabulary)
        self.inputs = {
            one.get("id", ""): Input(_variable_of(one), kind_named(_type_of(one), self.kinds))
            for one in root.findall("{*}inputData")
        }

    @contextmanager
    def noting(self, element: str, what: str) -> Iterator[None]:
        """Take a refusal down by the element's name and go on with the rest."""
        try:
            yield
        except ExpressionError as error:
            self.problems.append((element or what, f"{what}: {error}"))

    def decisions(self) -> dict[str, Decision]:
        for key, one in self.knowledge.items():
            with self.noting(key, f"Business knowledge model “{one.get('name', key)}”"):
                self._read_knowledge(key, one)
        found: dict[str, Decision] = {}
        for element in self.root.findall("{*}decision"):
            key, name = element.get("id") or element.get("name", ""), element.get("name") or element.get("id", "")
            what = "Decision table" if element.find("{*}decisionTable") is not None else "Decision"
            with self.noting(key, f"{what} “{name}”"):
                if not key or key in found:
                    raise ExpressionError("every decision needs an id of its own.")
                found[key] = self._decision(element, key, name)
        return found

    def knowledge_source(self) -> str:
        """Business knowledge models and kinds as they are written, whatever tool wrote them."""
        found = [*self.root.findall("{*}businessKnowledgeModel"), *self.root.findall("{*}itemDefinition")]
        return "".join(etree.tostring(one, method="c14n", with_tail=False).decode() for one in found)

    def _read_knowledge(self, key: str, element: etree._Element) -> None:
        body = element.find("{*}encapsulatedLogic")
        logic = _logic_in(body) if body is not None else None
        if logic is None:
            raise ExpressionError("it has no logic.")
        work = self._work(logic, element.get("name", key), 1)
        self.callees[key].work.append(lambda data: None if (found := work(data)) is NOTHING_FITS else found)

    def _decision(self, element: etree._Element, key: str, name: str) -> Decision:
        logic = _logic_in(element)
        if logic is None:
            raise ExpressionError("it has no logic: no decision table and no expression.")
        variable, is_expression = _variable_of(element), local(logic) == "literalExpression"
        table = self._table(logic, name, key, variable) if local(logic) == "decisionTable" else None
        return Decision(
            id=key,
            name=name,
            variable=variable,
            work=table.decide if table is not None else self._work(logic, name, 1),
            table=table,
            needs=_hrefs(element, "informationRequirement/{*}requiredDecision"),
            inputs=tuple(
                self.inputs[wanted]
                for wanted in _hrefs(element, "informationRequirement/{*}requiredInput")
                if wanted in self.inputs
            ),
            source=_text(logic) if is_expression else etree.tostring(logic, method="c14n", with_tail=False).decode(),
            is_expression=is_expression,
        )

    # -- Logic

    def _work(self, logic: etree._Element, name: str, depth: int) -> Work:
        kind = local(logic)
        if depth > MAX_NESTING:
            raise ExpressionError("it is nested too deep.")
        if kind == "decisionTable":
            return self._table(logic, name, logic.get("id", ""), name).decide
        if kind == "literalExpression":
            return self._expression(logic).work
        if kind == "invocation":
            return self._invocation(logic, name, depth)
        if kind == "context":
            return self._context(logic, name, depth)
        if kind == "relation":
            return self._relation(logic, name, depth)
        items = [self._work(item, name, depth + 1) for item in logic if local(item) in _LOGIC]
        return lambda data: bounded([_found(item(data)) for item in items])

    def _expression(self, element: etree._Element) -> Any:
        language = element.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            raise ExpressionError(f"it is written in {language}; write it in FEEL.")
        return read(_text(element), self.vocabulary)

    def _invocation(self, logic: etree._Element, name: str, depth: int) -> Work:
        called = _text(logic.find("{*}literalExpression"))
        callee = next((one for one in self.callees.values() if one.name == called), None)
        if callee is None:
            raise ExpressionError(f"it calls “{called}”, which is no business knowledge model of this file.")
        given: dict[str, Work] = {}
        for binding in logic.findall("{*}binding"):
            parameter = binding.find("{*}parameter")
            wanted = parameter.get("name", "") if parameter is not None else ""
            value = _logic_in(binding)
            if wanted not in callee.parameters:
                raise ExpressionError(f"“{called}” has no parameter “{wanted}”.")
            if value is not None:
                given[wanted] = self._work(value, name, depth + 1)
        nothing = dict.fromkeys(callee.parameters)
        return lambda data: callee.work[0]({**nothing, **{key: _found(work(data)) for key, work in given.items()}})

    def _context(self, logic: etree._Element, name: str, depth: int) -> Work:
        entries: list[tuple[str, Work]] = []
        for entry in logic.findall("{*}contextEntry"):
            value = _logic_in(entry)
            if value is None:
                raise ExpressionError("a line of its context has no value.")
            variable = entry.find("{*}variable")
            key = variable.get("name", "") if variable is not None else ""
            entries.append((key, self._work(value, name, depth + 1)))

        def work(data: Any) -> Any:
            known: dict[str, Any] = {}
            for key, entry_work in entries:
                value = _found(entry_work(Layer(data, known)))
                if not key:
                    return value
                known[key] = value
            check_weight(known)
            return known

        return work

    def _relation(self, logic: etree._Element, name: str, depth: int) -> Work:
        names = [column.get("name", "") for column in logic.findall("{*}column")]
        rows = [
            [self._work(cell, name, depth + 1) for cell in row if local(cell) in _LOGIC]
            for row in logic.findall("{*}row")
        ]
        if any(len(row) != len(names) for row in rows):
            raise ExpressionError("a row of its relation does not have a cell for every column.")
        return lambda data: bounded(
            [{key: _found(cell(data)) for key, cell in zip(names, row, strict=True)} for row in rows]
        )

    # -- Tables

    def _table(self, table: etree._Element, name: str, key: str, variable: str) -> DecisionTable:
        policy = table.get("hitPolicy", "UNIQUE").upper()
        aggregation = table.get("aggregation", "").upper()
        if policy not in HIT_POLICIES:
            raise ExpressionError(f"hit policy {policy} is not one of {', '.join(sorted(HIT_POLICIES))}.")
        if aggregation and (policy != "COLLECT" or aggregation not in AGGREGATIONS):
            raise ExpressionError(f"aggregation {aggregation} cannot be used; COLLECT takes SUM, MIN, MAX or COUNT.")
        columns = tuple(self._column(one, place) for place, one in enumerate(table.findall("{*}input"), start=1))
        answers = table.findall("{*}output")
        outputs = tuple(one.get("name") or one.get("label") or "" for one in answers)
        if len(outputs) == 1 and not outputs[0]:
            outputs = (variable,)
        if not outputs or not all(outputs):
            raise ExpressionError("it has an output column without a name.")
        if len(set(outputs)) != len(outputs):
            raise ExpressionError("two of its output columns have the same name.")
        if aggregation and len(outputs) != 1:
            raise ExpressionError("it adds up more than one output column.")
        order = tuple(self._order(one, table) for one in answers)
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(order):
            raise ExpressionError(f"hit policy {policy} needs an output column that lists its values in order.")
        defaults = tuple(_text(one.find("{*}defaultOutputEntry")) for one in answers)
        return DecisionTable(
            id=key, name=name, hit_policy=policy, aggregation=aggregation,
            inputs=tuple(column.text for column in columns), input_labels=tuple(column.label for column in columns),
            outputs=outputs,
            rules=tuple(
                self._rule(row, number, columns, outputs) for number, row in enumerate(table.findall("{*}rule"), 1)
            ),
            defaults=defaults, columns=columns, order=order,
            default_works=tuple(read(text, self.vocabulary).work if text else None for text in defaults),
        )  # fmt: skip

    def _column(self, column: etree._Element, place: int) -> InputColumn:
        asked = column.find("{*}inputExpression")
        text, label = _text(asked), column.get("label", "")
        allowed = _text(column.find("{*}inputValues"))
        with _in(f"Column {place}" + (f" ({label})" if label else "")):
            return InputColumn(
                text=text,
                label=label,
                base=kind_named(asked.get("typeRef") if asked is not None else "", self.kinds).base,
                work=read(text, self.vocabulary).work,
                allowed=allowed,
                test=read_tests(allowed, self.vocabulary),
            )

    def _order(self, output: etree._Element, table: etree._Element) -> tuple[Any, ...]:
        """The values that an output lists, in their order; of an itemDefinition when it lists none of its own."""
        listed = _text(output.find("{*}outputValues")) or self._allowed(output, table)
        if not listed:
            return ()
        with _in("Values of an output column"):
            return tuple(read(f"[{listed}]", self.vocabulary).work({}) or ())

    def _allowed(self, output: etree._Element, table: etree._Element) -> str:
        kind = kind_named(output.get("typeRef") or table.get("typeRef"), self.kinds)
        part = kind.parts.get(output.get("name", ""), kind)
        return part.allowed

    def _rule(
        self, row: etree._Element, number: int, columns: tuple[InputColumn, ...], outputs: tuple[str, ...]
    ) -> Rule:
        cells = tuple(_text(cell) for cell in row if local(cell) == "inputEntry")
        results = tuple(_text(cell) for cell in row if local(cell) == "outputEntry")
        if len(cells) != len(columns) or len(results) != len(outputs):
            raise ExpressionError(f"Row {number} does not have a cell for every column.")
        tests, works = [], []
        for place, cell in enumerate(cells):
            with _in(f"Row {number}, column {place + 1}"):
                test = read_tests(cell, self.vocabulary)
            if test is not None:
                tests.append((place, test))
        for place, result in enumerate(results, start=len(cells) + 1):
            with _in(f"Row {number}, column {place}"):
                works.append(_nothing if result in ("", "-") else read(result, self.vocabulary).work)
        note = row.find("{*}description")
        annotation = (note.text or "").strip() if note is not None else ""
        return Rule(row.get("id") or str(number), cells, results, annotation, tuple(tests), tuple(works))

    # -- Needs

    def check_calls(self) -> None:
        """No business knowledge model calls itself, and no decision calls so many that it never ends.

        What is called is counted by its text, so that the bound holds whatever a call finds.
        """
        calls = {key: self._calls_in(one) for key, one in self.knowledge.items()}
        costs: dict[str, int] = {}

        def cost(key: str, above: tuple[str, ...]) -> int:
            if key in above or len(above) > MAX_CHAIN:
                raise ExpressionError(f"“{self.callees[key].name}” calls itself.")
            if key not in costs:
                length, called = calls[key]
                costs[key] = length + sum(count * cost(other, (*above, key)) for other, count in called.items())
            return costs[key]

        for element in [*self.knowledge.values(), *self.root.findall("{*}decision")]:
            with self.noting(element.get("id", ""), f"“{element.get('name', '')}”"):
                if sum(count * cost(key, ()) for key, count in self._calls_in(element)[1].items()) > MAX_CALLED:
                    raise ExpressionError("it calls business knowledge models too many times.")

    def _calls_in(self, element: etree._Element) -> tuple[int, dict[str, int]]:
        """How long the texts of an element are, and how often each business knowledge model is called in them."""
        texts = [_spoken(one.text or "") for one in element.iter("{*}text")]
        whole = " ".join(texts)
        counts = {
            key: texts.count(callee.name) + len(re.findall(rf"(?<!\w){re.escape(callee.name)}\s*\(", whole))
            for key, callee in self.callees.items()
        }
        return len(whole), {key: count for key, count in counts.items() if count}

    def check_needs(self, decisions: dict[str, Decision]) -> None:
        """Every needed decision is there, and none needs itself; the same for business knowledge models."""
        needs = {key: one.needs for key, one in decisions.items()}
        known = {key: _hrefs(one, "knowledgeRequirement/{*}requiredKnowledge") for key, one in self.knowledge.items()}
        names = {
            **{key: one.name for key, one in decisions.items()},
            **{key: one.name for key, one in self.callees.items()},
        }
        for graph in (needs, known):
            done: set[str] = set()
            for key in graph:
                self._visit(key, graph, names, (), done)

    def _visit(
        self, key: str, graph: dict[str, tuple[str, ...]], names: dict[str, str], above: tuple[str, ...], done: set[str]
    ) -> None:
        if key in done or self.problems:
            return
        if key in above or len(above) > MAX_CHAIN:
            self.problems.append((key, f"Decision “{names.get(key, key)}” needs itself."))
            return
        if key not in graph:
            holder = names.get(above[-1], above[-1]) if above else key
            self.problems.append(
                (above[-1] if above else key, f"Decision “{holder}” needs a decision “{key}” that is not in the file.")
            )
            return
        for needed in graph[key]:
            self._visit(needed, graph, names, (*above, key), done)
        done.add(key)


# -- Parts ---------------------------------------------------------------------------------------


@contextmanager
def _in(place: str) -> Iterator[None]:
    try:
        yield
    except ExpressionError as error:
        raise ExpressionError(f"{place}: {error}") from error


def _nothing(data: Any) -> None:
    return None


def _found(value: Any) -> Any:
    return None if value is NOTHING_FITS else value


def _text(element: etree._Element | None) -> str:
    found = element.find("{*}text") if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def _logic_in(element: etree._Element) -> etree._Element | None:
    """The logic of a decision, a binding or a line of a context."""
    for child in element:
        kind = local(child)
        if kind in _LOGIC:
            return child
        if kind in _OTHER_LOGIC:
            raise ExpressionError(f"it is {_OTHER_LOGIC[kind]}, which is not read here. Use a table or an expression.")
    return None


def _hrefs(element: etree._Element, path: str) -> tuple[str, ...]:
    return tuple((found.get("href") or "").rpartition("#")[2] for found in element.findall(f"{{*}}{path}"))


def _variable_of(element: etree._Element) -> str:
    variable = element.find("{*}variable")
    name = variable.get("name") if variable is not None else None
    return _spoken(name or element.get("name") or element.get("id", ""))


def _type_of(element: etree._Element) -> str:
    variable = element.find("{*}variable")
    return variable.get("typeRef", "") if variable is not None else ""


def _callee(element: etree._Element) -> Callee:
    parameters = element.findall("{*}encapsulatedLogic/{*}formalParameter")
    return Callee(_variable_of(element), tuple(_spoken(one.get("name", "")) for one in parameters))


def _spoken(name: str) -> str:
    return " ".join(name.split())


def _names(root: etree._Element) -> frozenset[str]:
    """Every name that an expression of the file may read: variables, parameters, the lines of contexts."""
    holders = [*root.findall("{*}inputData"), *root.findall("{*}decision")]
    names = {_variable_of(one) for one in holders}
    names |= {_spoken(one.get("name", "")) for one in root.iter("{*}formalParameter", "{*}variable")}
    return frozenset(names - {""})


def _parts(root: etree._Element) -> frozenset[str]:
    """Every part of a value that may stand after a dot."""
    named = root.iter("{*}itemComponent", "{*}output", "{*}column")
    lines = root.findall(".//{*}contextEntry/{*}variable")
    return frozenset(_spoken(one.get("name", "")) for one in [*named, *lines]) - {""}
