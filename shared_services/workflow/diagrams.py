"""Reading a drawing's facts from a BPMN file (`diagram_facts` says what they are)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lxml import etree

from . import foreign, guesses
from .diagram_facts import (
    BPMN,
    BPMN_NAMESPACE,
    DONE,
    GUILDHALL,
    GUILDHALL_NAMESPACE,
    KINDS,
    OUTCOME,
    SHOWN_KINDS,
    VARIABLE_KINDS,
    Diagram,
    Flow,
    Lane,
    Step,
)
from .safe_xml import local
from .timers import Timer

__all__ = [
    "BPMN", "BPMN_NAMESPACE", "GUILDHALL", "GUILDHALL_NAMESPACE", "KINDS", "SHOWN_KINDS", "VARIABLE_KINDS", "Diagram",
    "Flow", "Lane", "Step", "executable_process", "read_diagram",
]  # fmt: skip
OPERATION_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")
EVENTS = {
    "startEvent": {"messageEventDefinition"},
    "endEvent": {"messageEventDefinition", "errorEventDefinition", "terminateEventDefinition"},
    "intermediateCatchEvent": {"messageEventDefinition", "timerEventDefinition"},
    "intermediateThrowEvent": {"messageEventDefinition"},
    "boundaryEvent": {"messageEventDefinition", "timerEventDefinition", "errorEventDefinition"},
}
"""What each event may be about."""
NOT_STEPS = {
    "laneSet", "sequenceFlow", "documentation", "extensionElements", "textAnnotation", "association", "group",
    "dataObject", "dataObjectReference", "ioSpecification", "property", "incoming", "outgoing",
    "multiInstanceLoopCharacteristics", "dataInputAssociation", "dataOutputAssociation",
}  # fmt: skip


def executable_process(root: etree._Element) -> etree._Element | None:
    """The one process of a file that is meant to run. Another party's pool beside it does not count."""
    processes = root.findall(f"{BPMN}process")
    marked = [process for process in processes if process.get("isExecutable") == "true"]
    open_ones = [process for process in processes if process.get("isExecutable") != "false"]
    found = marked or open_ones
    return found[0] if len(found) == 1 else None


def read_diagram(root: etree._Element) -> Diagram | None:
    """The facts of the one executable process in a BPMN file, or None when there is not exactly one."""
    process = executable_process(root)
    if process is None:
        return None
    lanes, role_of = _lanes(process)
    reading = _Reading(root, role_of)
    reading.read(process, "")
    declared = {v.get("name", ""): v.get("kind", "text") for v in _extensions(process, "variable")}
    guessed = guesses.undeclared(declared, reading.steps.values(), reading.flows, foreign.form_fields(process))
    return Diagram(
        key=process.get("id", ""),
        title=process.get("name") or process.get("id", ""),
        documentation=_documentation(process),
        variables={**declared, **guessed},
        steps=reading.steps,
        flows=tuple(reading.flows),
        lanes=lanes,
        unknown=tuple(reading.unknown),
        guessed=tuple(name for name in guessed if name != OUTCOME),
        drawn_with=foreign.drawn_with(root),
        twice=tuple(reading.twice),
    )


class _Reading:
    """The steps and flows of a process and of the subprocesses drawn inside it."""

    def __init__(self, root: etree._Element, role_of: dict[str, str]) -> None:
        self.steps: dict[str, Step] = {}
        self.flows: list[Flow] = []
        self.unknown: list[tuple[str, str]] = []
        self.twice: list[str] = []
        self._ids: set[str] = set()
        self._role_of = role_of
        self._messages = {m.get("id", ""): m.get("name") or m.get("id", "") for m in root.findall(f"{BPMN}message")}
        self._errors = {e.get("id", ""): e.get("errorCode") or "" for e in root.findall(f"{BPMN}error")}

    def read(self, holder: etree._Element, within: str) -> None:
        for element in holder:
            tag = local(element)
            if not element.tag.startswith(BPMN):
                continue
            key = element.get("id", "")
            if key and key in self._ids:
                self.twice.append(key)
            self._ids.add(key)
            if tag == "sequenceFlow":
                self.flows.append(_flow(element))
            elif tag in NOT_STEPS:
                continue
            elif tag not in KINDS or (tag == "subProcess" and element.get("triggeredByEvent") == "true"):
                self._refuse(element, "eventSubProcess" if tag == "subProcess" else tag)
            elif self._is_strange_event(element, tag) or self._loops(element):
                continue
            else:
                self._add(element, tag, within)

    def _add(self, element: etree._Element, tag: str, within: str) -> None:
        step = replace(_step(element, tag, self._role_of), within=within, **self._event(element, tag))
        self.steps[step.id] = step
        if step.kind == "part":
            # What stands in a subprocess stands in its lane.
            self._role_of.update(
                {
                    inner.get("id", ""): step.lane_role
                    for inner in element.iter()
                    if inner.get("id") not in self._role_of
                }
            )
            self.read(element, step.id)

    def _refuse(self, element: etree._Element, tag: str) -> None:
        self.unknown.append((element.get("name") or element.get("id") or tag, tag))

    def _is_strange_event(self, element: etree._Element, tag: str) -> bool:
        about = [local(part) for part in element if local(part).endswith("EventDefinition")]
        allowed = EVENTS.get(tag)
        needs_one = tag in ("intermediateCatchEvent", "boundaryEvent")
        if allowed is None or (set(about) <= allowed and len(about) <= 1 and (about or not needs_one)):
            return False
        strange = next((name for name in about if name not in allowed), about[0] if about else "plainEvent")
        self._refuse(element, strange)
        return True

    def _loops(self, element: etree._Element) -> bool:
        if element.find(f"{BPMN}standardLoopCharacteristics") is None:
            return False
        self._refuse(element, "loopMarker")
        return True

    def _event(self, element: etree._Element, tag: str) -> dict[str, Any]:
        """What an event, or a step that sends or receives, is about."""
        found: dict[str, Any] = {}
        if tag in ("receiveTask", "sendTask") and element.get("messageRef"):
            found["message"] = self._messages.get(element.get("messageRef", ""), "")
        if tag == "intermediateThrowEvent":
            found["kind"] = "send" if element.find(f"{BPMN}messageEventDefinition") is not None else "pass"
        for part in element:
            about = local(part)
            if about == "messageEventDefinition":
                name = self._messages.get(part.get("messageRef", ""), "")
                found["message"] = name or element.get("name") or element.get("id", "")
            elif about == "errorEventDefinition":
                found["error"] = self._errors.get(part.get("errorRef", ""), "")
            elif about == "terminateEventDefinition":
                found["terminates"] = True
            elif about == "timerEventDefinition":
                found["timer"] = _timer(part)
                if tag == "intermediateCatchEvent":
                    found["kind"] = "timer"
        return found


def _timer(definition: etree._Element) -> Timer:
    for tag, kind in (("timeDuration", "duration"), ("timeDate", "date"), ("timeCycle", "cycle")):
        found = definition.find(f"{BPMN}{tag}")
        if found is not None:
            return Timer(kind, foreign.plain_expression(found.text or ""))
    return Timer("duration", "")


def _extensions(element: etree._Element, name: str) -> list[etree._Element]:
    return element.findall(f"{BPMN}extensionElements/{GUILDHALL}{name}")


def _extension(element: etree._Element, name: str) -> dict[str, str]:
    found = _extensions(element, name)
    return dict(found[0].attrib) if found else {}  # type: ignore[arg-type]


def _documentation(element: etree._Element) -> str:
    found = element.find(f"{BPMN}documentation")
    return (found.text or "").strip() if found is not None else ""


def _lanes(process: etree._Element) -> tuple[tuple[Lane, ...], dict[str, str]]:
    lanes: list[Lane] = []
    role_of: dict[str, str] = {}
    for element in process.iterfind(f"{BPMN}laneSet//{BPMN}lane"):
        role = _extension(element, "lane").get("role", "") or foreign.known_role(element.get("name", ""))
        inside = frozenset((node.text or "").strip() for node in element.findall(f"{BPMN}flowNodeRef"))
        lanes.append(Lane(element.get("id", ""), element.get("name", ""), role, inside))
        for key in inside:
            # A lane within a lane without a role of its own stands in the outer one's.
            role_of[key] = role or role_of.get(key, "")
    return tuple(lanes), role_of


def _flow(element: etree._Element) -> Flow:
    condition = element.find(f"{BPMN}conditionExpression")
    return Flow(
        id=element.get("id", ""),
        name=element.get("name", ""),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        condition=foreign.plain_expression(condition.text or "") if condition is not None else "",
    )


def _step(element: etree._Element, tag: str, role_of: dict[str, str]) -> Step:
    task = _extension(element, "task")
    many = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    over, item, until = _repetition(many) if many is not None else ("", "", "")
    key = element.get("id", "")
    kind = KINDS[tag]
    operation = _extension(element, "operation").get("name", "")
    job = foreign.job_of(element) if kind in ("service", "send") and not operation else ""
    if not operation and OPERATION_NAME.fullmatch(job):
        operation = job
    own_role = task.get("role", "") or (
        "" if task.get("roleFrom") or task.get("authority") else foreign.role_of(element)
    )
    outcomes = tuple(task.get("outcomes", "").split())
    return Step(
        id=key,
        name=element.get("name", ""),
        tag=tag,
        kind="service" if kind == "send" and operation else kind,
        lane_role=role_of.get(key, ""),
        role=own_role,
        role_from=task.get("roleFrom", ""),
        authority=task.get("authority", ""),
        council_from=task.get("councilFrom", ""),
        outcomes=outcomes or ((DONE,) if kind == "user" else ()),
        due=task.get("due", ""),
        handled_at_subject=task.get("handledAt", "") == "subject",
        operation=operation,
        decision=_extension(element, "decision").get("name", "") or foreign.decision_of(element),
        outcome=_extension(element, "end").get("outcome", ""),
        reopen=_extension(element, "end").get("reopen", ""),
        remind_after=task.get("remindAfter", ""),
        escalate_after=task.get("escalateAfter", ""),
        escalate_to=task.get("escalateTo", ""),
        repeats="" if many is None else "in turn" if many.get("isSequential") == "true" else "at once",
        item=item,
        repeats_over=over,
        until=until,
        default_flow=element.get("default", ""),
        documentation=_documentation(element),
        attached_to=element.get("attachedToRef", ""),
        interrupts=element.get("cancelActivity", "true") != "false",
        calls=(element.get("calledElement") or foreign.called_by(element)) if kind == "call" else "",
        into=task.get("into", "") or OUTCOME,
        job=job,
        plain_answer=kind == "user" and not outcomes,
    )


def _repetition(many: etree._Element) -> tuple[str, str, str]:
    """(list, item, until) of a repeated step."""
    item = many.find(f"{BPMN}inputDataItem")
    over = many.find(f"{BPMN}loopDataInputRef")
    until = many.find(f"{BPMN}completionCondition")
    theirs_over, theirs_item = foreign.repetition_of(many)
    return (
        (over.text or "").strip() if over is not None and over.text else theirs_over,
        item.get("id", "") if item is not None else theirs_item,
        foreign.plain_expression(until.text or "") if until is not None else "",
    )
