"""SpiffWorkflow's specification of a process, built from the drawing's facts."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from .diagrams import Diagram, Step
from .engine_gateways import ChoicesStep, ChoiceStep, TogetherStep
from .engine_repetition import AtOnce, InTurn
from .engine_steps import (
    BoundaryEnd,
    BoundaryStep,
    DecisionStep,
    DrawnStep,
    EndStep,
    ManualStep,
    OperationStep,
    PartStep,
    ThrowStep,
    TimerStep,
)

EDGE_WATCHED = ".BoundaryEventSplit"
EDGE_CLOSED = ".BoundaryEventJoin"
"""What is added to the name of a step with events on its edge: where it is entered, and where they are taken away."""

STEP_CLASSES: dict[str, type[Any]] = {
    "start": DrawnStep,
    "end": EndStep,
    "user": ManualStep,
    "wait": ManualStep,
    "service": OperationStep,
    "send": ThrowStep,
    "pass": DrawnStep,
    "rule": DecisionStep,
    "timer": TimerStep,
    "choice": ChoiceStep,
    "choices": ChoicesStep,
    "together": TogetherStep,
    "part": PartStep,
    "call": PartStep,
}


def build_specs(diagram: Diagram) -> tuple[BpmnProcessSpec, dict[str, BpmnProcessSpec]]:
    """The process's own specification, and one for each embedded subprocess. The drawing has been checked."""
    parts = {step.id: _build(diagram, step.id) for step in diagram.steps.values() if step.kind == "part"}
    return _build(diagram, ""), parts


def _build(diagram: Diagram, part: str) -> BpmnProcessSpec:
    spec = BpmnProcessSpec(name=part or diagram.key)
    steps = diagram.steps_in(part)
    mains = {step.id: _main(spec, step) for step in steps if step.kind != "boundary"}
    ways_in: dict[str, Any] = dict(mains)
    for step in steps:
        if step.kind == "start":
            spec.start.connect(mains[step.id])
        elif step.kind == "end":
            mains[step.id].connect(spec.end)
        events = diagram.attached(step.id)
        if events:
            ways_in[step.id] = _watched(spec, mains, step, events)
    for flow in diagram.flows:
        if flow.source in mains:
            source = mains[flow.source]
            condition = flow.condition if flow.id != source.step.default_flow else ""
            if condition and source.step.kind in ("choice", "choices"):
                source.connect_outgoing_if(condition, ways_in[flow.target])
            else:
                source.connect(ways_in[flow.target])
    return spec


def _main(spec: BpmnProcessSpec, step: Step) -> Any:
    make = STEP_CLASSES[step.kind]
    if not step.repeats:
        return make(spec, step)
    repetition = InTurn if step.repeats == "in turn" else AtOnce
    return repetition(spec, step, make(spec, step, f"{step.id} [child]"))


def _watched(spec: BpmnProcessSpec, mains: dict[str, Any], step: Step, events: list[Step]) -> BoundaryEventSplit:
    """A step with events on its edge: whichever comes first takes the others away."""
    split = BoundaryEventSplit(spec, f"{step.id}{EDGE_WATCHED}")
    end = BoundaryEnd(spec, f"{step.id}{EDGE_CLOSED}")
    split.connect(mains[step.id])
    mains[step.id].connect(end)
    for event in events:
        boundary = mains[event.id] = BoundaryStep(spec, event)
        split.connect(boundary)
        if event.interrupts:
            boundary.connect(end)
    return split
