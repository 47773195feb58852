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
    found = checks.findings_of(bpmn, dmn)
    diagram = checks.diagram_or_none(bpmn)
    if diagram is not None:
        found += form_findings(diagram, forms)
    return sorted(found, key=lambda finding: finding.level != "error")


def form_findings(diagram: Diagram, forms: dict[str, Any]) -> list[Finding]:
    """What is wrong with the forms of a process: their own faults, and forms of steps that are not there."""
    found = []
    for step, schema in forms.items():
        if step not in diagram.steps or diagram.steps[step].kind not in ("start", "user"):
            found.append(Finding("warning", step, "form", f"There is a form for “{step}”, which is no step that asks."))
            continue
        label = diagram.steps[step].label
        for problem in problems_with(schema, diagram.variables):
            found.append(Finding("error", step, "form", f"The form of “{label}”: {problem}"))
    return found
