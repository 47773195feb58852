"""Everything found in a process and its decision tables, as files: what publishing and `check_process` ask.

Needs no database and no council.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from .decisions import DecisionModel, DecisionRefused, read_decisions
from .diagrams import read_diagram
from .findings import Finding, find
from .safe_xml import XmlRefused, read_xml


def check_files(
    bpmn: str | bytes,
    dmn: Iterable[tuple[str, str | bytes]],
    *,
    name: str = "The process",
    forms: dict[str, Any] | None = None,
    processes: Collection[str] | None = None,
) -> list[Finding]:
    """Findings of a process file and of decision files with their names. An error among them refuses publishing."""
    found: list[Finding] = []
    decisions: dict[str, DecisionModel] = {}
    for title, text in dmn:
        try:
            model = read_decisions(text, title)
            decisions.update(dict.fromkeys(model.decisions, model))
        except XmlRefused as refusal:
            found.append(Finding("error", title, "file", str(refusal)))
        except DecisionRefused as refusal:
            found.extend(Finding("error", element, "decision", what) for element, what in refusal.problems)
    try:
        diagram = read_diagram(read_xml(bpmn, name))
    except XmlRefused as refusal:
        return [Finding("error", name, "file", str(refusal)), *found]
    if diagram is None:
        message = f"{name} must hold exactly one executable process."
        return [Finding("error", name, "one-process", message), *found]
    return [*find(diagram, decisions, forms=forms, processes=processes), *found]


def would_be_refused(findings: Iterable[Finding]) -> bool:
    return any(finding.level == "error" for finding in findings)
