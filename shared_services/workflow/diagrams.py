"""What a BPMN file says, as plain facts: its steps, lanes, variables and flows.

Extensions stand in the namespace `urn:guildhall:process`, inside `extensionElements`, so the file stays
standard BPMN that any tool opens:

    process      <guildhall:variable name="amount" kind="money"/>
    lane         <guildhall:lane role="line_manager"/>
    userTask     <guildhall:task outcomes="approve reject" due="due_days" roleFrom="approver"/>
    serviceTask  <guildhall:operation name="purchasing.raise_order"/>
    businessRuleTask  <guildhall:decision name="requisition_route"/>
    endEvent     <guildhall:end outcome="approved"/>

A user task may also say `remindAfter="3" escalateAfter="10" escalateTo="director"` (working days, and whom to ask
then); an end event `reopen="STEP"`: a case that ended there can be opened again, at that step.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from .safe_xml import local

BPMN_NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
GUILDHALL_NAMESPACE = "urn:guildhall:process"
BPMN = f"{{{BPMN_NAMESPACE}}}"
GUILDHALL = f"{{{GUILDHALL_NAMESPACE}}}"

KINDS = {
    "startEvent": "start",
    "endEvent": "end",
    "userTask": "user",
    "serviceTask": "service",
    "businessRuleTask": "rule",
    "receiveTask": "wait",
    "exclusiveGateway": "choice",
    "inclusiveGateway": "choices",
    "parallelGateway": "together",
}
"""The BPMN elements that run here, by what they are to an officer."""
NOT_STEPS = {"laneSet", "sequenceFlow", "documentation", "extensionElements", "textAnnotation", "association", "group"}
VARIABLE_KINDS = {"money", "number", "text", "date", "boolean", "list"}
SHOWN_KINDS = {"user", "service", "rule", "wait"}


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

    def flows_from(self, step_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == step_id]

    def flows_to(self, step_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == step_id]


def read_diagram(root: etree._Element) -> Diagram | None:
    """The facts of the one executable process in a BPMN file, or None when there is not exactly one."""
    processes = [p for p in root.findall(f"{BPMN}process") if p.get("isExecutable", "true") == "true"]
    if len(processes) != 1:
        return None
    process = processes[0]
    lanes, role_of = _lanes(process)
    steps: dict[str, Step] = {}
    unknown = []
    for element in process:
        tag = local(element)
        if not element.tag.startswith(BPMN) or tag in NOT_STEPS:
            continue
        if tag in KINDS:
            step = _step(element, tag, role_of)
            steps[step.id] = step
        else:
            unknown.append((element.get("name") or element.get("id") or tag, tag))
    return Diagram(
        key=process.get("id", ""),
        title=process.get("name") or process.get("id", ""),
        documentation=_documentation(process),
        variables={v.get("name", ""): v.get("kind", "text") for v in _extensions(process, "variable")},
        steps=steps,
        flows=tuple(_flow(element) for element in process.findall(f"{BPMN}sequenceFlow")),
        lanes=lanes,
        unknown=tuple(unknown),
    )


def _extensions(element: etree._Element, name: str) -> list[etree._Element]:
    return element.findall(f"{BPMN}extensionElements/{GUILDHALL}{name}")


def _extension(element: etree._Element, name: str) -> dict[str, str]:
    found = _extensions(element, name)
    return dict(found[0].attrib) if found else {}  # type: ignore[arg-type]


def _documentation(element: etree._Element) -> str:
    found = element.find(f"{BPMN}documentation")
    return (found.text or "").strip() if found is not None else ""


def _lanes(process: etree._Element) -> tuple[tuple[Lane, ...], dict[str, str]]:
    lanes, role_of = [], {}
    for element in process.iterfind(f"{BPMN}laneSet//{BPMN}lane"):
        lane = Lane(element.get("id", ""), element.get("name", ""), _extension(element, "lane").get("role", ""))
        lanes.append(lane)
        for node in element.findall(f"{BPMN}flowNodeRef"):
            role_of[(node.text or "").strip()] = lane.role
    return tuple(lanes), role_of


def _flow(element: etree._Element) -> Flow:
    condition = element.find(f"{BPMN}conditionExpression")
    return Flow(
        id=element.get("id", ""),
        name=element.get("name", ""),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        condition=(condition.text or "").strip() if condition is not None else "",
    )


def _step(element: etree._Element, tag: str, role_of: dict[str, str]) -> Step:
    task = _extension(element, "task")
    many = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    item = many.find(f"{BPMN}inputDataItem") if many is not None else None
    over = many.find(f"{BPMN}loopDataInputRef") if many is not None else None
    until = many.find(f"{BPMN}completionCondition") if many is not None else None
    key = element.get("id", "")
    return Step(
        id=key,
        name=element.get("name", ""),
        tag=tag,
        kind=KINDS[tag],
        lane_role=role_of.get(key, ""),
        role=task.get("role", ""),
        role_from=task.get("roleFrom", ""),
        authority=task.get("authority", ""),
        council_from=task.get("councilFrom", ""),
        outcomes=tuple(task.get("outcomes", "").split()),
        due=task.get("due", ""),
        handled_at_subject=task.get("handledAt", "") == "subject",
        operation=_extension(element, "operation").get("name", ""),
        decision=_extension(element, "decision").get("name", ""),
        outcome=_extension(element, "end").get("outcome", ""),
        reopen=_extension(element, "end").get("reopen", ""),
        remind_after=task.get("remindAfter", ""),
        escalate_after=task.get("escalateAfter", ""),
        escalate_to=task.get("escalateTo", ""),
        repeats="" if many is None else "in turn" if many.get("isSequential") == "true" else "at once",
        item=item.get("id", "") if item is not None else "",
        repeats_over=(over.text or "").strip() if over is not None else "",
        until=(until.text or "").strip() if until is not None else "",
        default_flow=element.get("default", ""),
        documentation=_documentation(element),
    )
