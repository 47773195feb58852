"""Which processes ask the authority matrix: read from what they draw."""

from __future__ import annotations

from collections.abc import Iterator

from .definitions import definition_of, newest_version, process_titles

ASKS = "workflow.required_approvals"


def matrix_processes() -> list[tuple[str, str]]:
    """(decision type, title) of every published process whose approvers a council's matrix names."""
    titles = dict(process_titles())
    found: dict[str, str] = {}
    for key in titles:
        for decision_type in _asked_by(key):
            found[decision_type] = titles.get(decision_type, decision_type.replace("_", " ").capitalize())
    return sorted(found.items(), key=lambda one: one[1])


def _asked_by(process: str) -> Iterator[str]:
    for step in definition_of(newest_version(process).pk).diagram.steps.values():
        if step.operation == ASKS:
            yield process
        if step.authority:
            yield step.authority
