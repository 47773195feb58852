"""One thing found in a process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right. An error stops publishing; a warning does not."""

    level: str
    element: str
    rule: str
    message: str


class ProcessRefused(ValueError):
    """A process that may not be published or run, with everything found wrong."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = findings


def error(element: str, rule: str, message: str) -> Finding:
    return Finding("error", element, rule, message)


def warning(element: str, rule: str, message: str) -> Finding:
    return Finding("warning", element, rule, message)
