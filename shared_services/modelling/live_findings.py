"""What stands in the way of publishing what is on the drawing board now, kept or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared_services.workflow.diagrams import Diagram
from shared_services.workflow.findings import Finding
from shared_services.workflow.step_forms.checking import problems_with

from . import checks


def findings_of(bpmn: str, dmn: Sequence[str], forms: dict[str, Any]) -> list[Finding]:
    """Everything found in a drawing, its tables and its forms; errors first."""
    found = checks.findings_of(bpmn, dmn, forms)
    diagram = checks.diagram_or_none(bpmn)
    if diagram is not None:
        found += form_findings(diagram, forms)
    return sorted(found, key=lambda finding: finding.level != "error")


ABOUT_TABLES = {"decision-file", "decision", "table", "table-input"}


def table_findings_of(bpmn: str, dmn: Sequence[str], forms: dict[str, Any]) -> list[Finding]:
    """What is found in a process's decision tables, and in what they look at."""
    return [one for one in findings_of(bpmn, dmn, forms) if one.rule in ABOUT_TABLES]


def form_findings(diagram: Diagram, forms: dict[str, Any]) -> list[Finding]:
    """The faults of a process's forms in themselves."""
    found = []
    for step, schema in forms.items():
        if step not in diagram.steps or diagram.steps[step].kind not in ("start", "user"):
            continue
        label = diagram.steps[step].label
        for problem in problems_with(schema, diagram.variables):
            found.append(Finding("error", step, "form", f"The form of “{label}”: {problem}"))
    return found
