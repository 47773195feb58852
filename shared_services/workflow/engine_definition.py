"""A process version as the engine reads it, and where it finds the processes that it calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from .decisions import DecisionModel, read_decisions
from .diagrams import Diagram, read_diagram
from .engine_specs import build_specs
from .engine_steps import EngineFault
from .finding import Finding, ProcessRefused
from .findings import find
from .safe_xml import read_xml


class Library(Protocol):
    """Where the processes that a process calls are found."""

    def newest(self, key: str) -> tuple[UUID, Definition]: ...

    def pinned(self, version_id: UUID) -> Definition: ...


class _NothingToCall:
    def newest(self, key: str) -> tuple[UUID, Definition]:
        raise EngineFault(f"The process “{key}” is called, but no published processes are at hand.")

    def pinned(self, version_id: UUID) -> Definition:
        raise EngineFault("A called process is not at hand.")


@dataclass(frozen=True)
class Definition:
    """A process version, read once and kept in the process: safe to share between cases."""

    diagram: Diagram
    decisions: dict[str, DecisionModel]
    spec: BpmnProcessSpec
    parts: dict[str, BpmnProcessSpec] = field(default_factory=dict)
    """The specifications of its embedded subprocesses."""
    called: Library = field(default_factory=_NothingToCall)


def read_definition(bpmn: str, dmn: list[str], *, operations: bool = True, called: Library | None = None) -> Definition:
    """Read a process and its decision tables, or refuse them. Raises ProcessRefused, XmlRefused, DecisionRefused."""
    diagram = read_diagram(read_xml(bpmn, "The process"))
    if diagram is None:
        raise ProcessRefused(
            [Finding("error", "", "one-process", "The file must hold exactly one executable process.")]
        )
    decisions: dict[str, DecisionModel] = {}
    for text in dmn:
        model = read_decisions(text)
        decisions.update(dict.fromkeys(model.decisions, model))
    errors = [finding for finding in find(diagram, decisions, operations=operations) if finding.level == "error"]
    if errors:
        raise ProcessRefused(errors)
    spec, parts = build_specs(diagram)
    return Definition(diagram, decisions, spec, parts, called or _NothingToCall())
