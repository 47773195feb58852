"""What is found in a draft, in plain words: the same reading that publishing does, told in full instead of refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared_services.workflow.decisions import DecisionModel, DecisionRefused, read_decisions
from shared_services.workflow.diagrams import Diagram, read_diagram
from shared_services.workflow.engine import Definition, read_definition
from shared_services.workflow.findings import Finding, ProcessRefused, find
from shared_services.workflow.safe_xml import XmlRefused, read_xml


def findings_of(bpmn: str, dmn: Iterable[str], forms: dict[str, Any] | None = None) -> list[Finding]:
    """Errors first, then warnings; each once. `forms` are the process's forms by step, where they are known."""
    tables = list(dmn)
    found = [*_read_and_find(bpmn, tables, forms), *_refusals(bpmn, tables)]
    order = {"error": 0, "warning": 1}
    return sorted(dict.fromkeys(found), key=lambda finding: order.get(finding.level, 2))


def errors_in(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error"]


def warnings_in(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level != "error"]


def definition_or_none(bpmn: str, dmn: Iterable[str]) -> Definition | None:
    """The draft as it would run, or None while it has errors."""
    try:
        return read_definition(bpmn, list(dmn))
    except (ProcessRefused, XmlRefused, DecisionRefused):
        return None


def diagram_or_none(bpmn: str) -> Diagram | None:
    """The facts of a drawing, errors and all; None when it cannot be read."""
    try:
        return read_diagram(read_xml(bpmn, "The process"))
    except XmlRefused:
        return None


def tables_of(dmn: Iterable[str]) -> dict[str, DecisionModel]:
    """The decisions of the files that can be read, by their ID."""
    found: dict[str, DecisionModel] = {}
    for text in dmn:
        try:
            model = read_decisions(text)
        except (XmlRefused, DecisionRefused):
            continue
        found.update(dict.fromkeys(model.decisions, model))
    return found


def _read_and_find(bpmn: str, dmn: list[str], forms: dict[str, Any] | None) -> list[Finding]:
    diagram = diagram_or_none(bpmn)
    unread = [finding for number, text in enumerate(dmn, start=1) for finding in _table_faults(text, number)]
    if diagram is None or unread:
        # Without its tables every step that uses one would be found at fault too.
        return unread
    return list(find(diagram, tables_of(dmn), forms=forms))


def _table_faults(text: str, number: int) -> list[Finding]:
    try:
        read_decisions(text, f"Decision file {number}")
    except XmlRefused as refusal:
        return [Finding("error", f"Decision file {number}", "decision-file", str(refusal))]
    except DecisionRefused as refusal:
        return [Finding("error", element, "decision", what) for element, what in refusal.problems]
    return []


def _refusals(bpmn: str, dmn: list[str]) -> list[Finding]:
    """What only the reader of the whole says: a drawing that the engine cannot take, a file that is not XML."""
    try:
        read_definition(bpmn, dmn)
    except ProcessRefused as refusal:
        return refusal.findings
    except DecisionRefused:
        return []
    except XmlRefused as refusal:
        return [Finding("error", "The drawing", "file", str(refusal))]
    return []
