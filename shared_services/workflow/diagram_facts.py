"""What a BPMN file says, as plain facts: its steps, lanes, variables and flows.

Extensions stand in the namespace `urn:guildhall:process`, inside `extensionElements`, so the file stays
standard BPMN that any tool opens:

    process      <guildhall:variable name="amount" kind="money"/>
    lane         <guildhall:lane role="line_manager"/>
    userTask     <guildhall:task outcomes="approve reject" due="due_days" roleFrom="approver" into="outcome"/>
    serviceTask  <guildhall:operation name="purchasing.raise_order"/>
    businessRuleTask  <guildhall:decision name="requisition_route"/>
    endEvent     <guildhall:end outcome="approved"/>

What another tool says of the same in its own words is used where ours is missing (`foreign`).

A user task may also say `remindAfter="3" escalateAfter="10" escalateTo="director"` (working days, and whom to ask
then); an end event `reopen="STEP"`: a case that ended there can be opened again, at that step.
"""

from __future__ import annotations

from dataclasses import dataclass

from .timers import Timer

BPMN_NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
GUILDHALL_NAMESPACE = "urn:guildhall:process"
BPMN = f"{{{BPMN_NAMESPACE}}}"
GUILDHALL = f"{{{GUILDHALL_NAMESPACE}}}"

KINDS = {
    "startEvent": "start",
    "endEvent": "end",
    "userTask": "user",
    "task": "user",
    "manualTask": "user",
    "serviceTask": "service",
    "sendTask": "send",
    "businessRuleTask": "rule",
    "receiveTask": "wait",
    "callActivity": "call",
    "subProcess": "part",
    "exclusiveGateway": "choice",
    "inclusiveGateway": "choices",
    "parallelGateway": "together",
    "intermediateCatchEvent": "wait",
    "intermediateThrowEvent": "send",
    "boundaryEvent": "boundary",
}
"""The BPMN elements that run here, by what they are to an officer."""
VARIABLE_KINDS = {"money", "number", "text", "date", "boolean", "list"}
SHOWN_KINDS = {"user", "service", "rule", "wait", "timer", "send", "call", "part"}
OUTCOME = "outcome"
DONE = "done"
"""The one answer to a user task whose drawing names none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One box, circle or diamond of the drawing."""

    id: str
    name: str
    tag: str
    kind: str
    lane_role: str = ""
    role: str = ""
    role_from: str = ""
    authority: str = ""
    council_from: str = ""
    outcomes: tuple[str, ...] = ()
    due: str = ""
    handled_at_subject: bool = False
    operation: str = ""
    decision: str = ""
    outcome: str = ""
    reopen: str = ""
    remind_after: str = ""
    escalate_after: str = ""
    escalate_to: str = ""
    repeats: str = ""
    item: str = ""
    repeats_over: str = ""
    until: str = ""
    default_flow: str = ""
    documentation: str = ""
    within: str = ""
    """The embedded subprocess that the step stands in."""
    attached_to: str = ""
    interrupts: bool = True
    timer: Timer | None = None
    message: str = ""
    error: str | None = None
    """Of an error event: the code it throws or catches; empty catches every failure."""
    terminates: bool = False
    calls: str = ""
    into: str = OUTCOME
    """The variable that an officer's answer goes to."""
    job: str = ""
    """What another tool calls the work of a service step."""
    plain_answer: bool = False
    """No outcomes are drawn, so the only answer is that it is done."""

    @property
    def label(self) -> str:
        return self.name or self.id.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    id: str
    name: str
    role: str
    steps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything about a process that is not how to run it."""

    key: str
    title: str
    documentation: str
    variables: dict[str, str]
    steps: dict[str, Step]
    flows: tuple[Flow, ...]
    lanes: tuple[Lane, ...]
    unknown: tuple[tuple[str, str], ...] = ()
    """(element name, tag) of what the drawing holds and cannot run here."""
    guessed: tuple[str, ...] = ()
    """Variables that the drawing uses and does not declare."""
    drawn_with: str = ""
    twice: tuple[str, ...] = ()
    """Ids that more than one step or flow has."""

    def steps_in(self, part: str = "") -> list[Step]:
        """The steps of the process itself, or of one of its embedded subprocesses."""
        return [step for step in self.steps.values() if step.within == part]

    def attached(self, step_id: str) -> list[Step]:
        """The boundary events of a step."""
        return [step for step in self.steps.values() if step.attached_to == step_id]

    def flows_from(self, step_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == step_id]

    def flows_to(self, step_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == step_id]
