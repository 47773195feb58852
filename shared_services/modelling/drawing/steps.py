"""What may be done to a process step by step. Each takes the file as text and gives it back changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.diagrams import BPMN
from shared_services.workflow.safe_xml import local

from .layout import Layout
from .tree import GATEWAYS, XSI_TYPE, Drawing

ADDED = (
    "userTask", "serviceTask", "businessRuleTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "intermediateCatchEvent", "receiveTask", "callActivity", "endEvent",
)  # fmt: skip
"""What can be added from the list of steps."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an author says about a step; each kind of step has use for some of it."""

    name: str = ""
    documentation: str = ""
    lane: str = ""
    role: str = ""
    outcomes: str = ""
    due: str = ""
    operation: str = ""
    decision: str = ""
    outcome: str = ""
    timer: str = ""
    message: str = ""
    process: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a step: its flow (empty for a new one), what it is called, when it is taken and where it leads."""

    flow: str
    target: str
    name: str = ""
    condition: str = ""
    default: bool = False


def add_step(text: str, *, flow: str = "", after: str = "", tag: str, facts: Facts) -> tuple[str, str]:
    """Put a new step into a flow, or after a step from which nothing leads on. Gives the file and the step's id."""
    drawing = Drawing(text)
    layout = Layout(drawing)
    if tag not in ADDED:
        raise NotAllowed("This kind of step cannot be added here.", code="kind")
    if flow:
        before = drawing.flow(flow).get("sourceRef", "")
    else:
        before = drawing.step(after).get("id", "")
        if local(drawing.step(after)) == "endEvent":
            raise NotAllowed("Nothing can follow an end. Choose another place.", code="place")
        if drawing.ways_from(before) and local(drawing.step(before)) not in GATEWAYS:
            raise NotAllowed("Something follows that step already. Choose the place between the two.", code="place")
    if flow and tag == "endEvent":
        raise NotAllowed("An end stops the process, so it cannot stand between two steps.", code="place")
    element = drawing.add_step(tag, facts.name)
    key = element.get("id", "")
    lane = drawing.lane_of(before) if not facts.lane else _lane(drawing, facts.lane)
    drawing.put_in_lane(key, lane)
    describe(drawing, element, facts)
    layout.place(element, after=before)
    if flow:
        _put_into(drawing, layout, drawing.flow(flow), element)
    else:
        layout.connect(drawing.add_flow(before, key))
    return drawing.text(), key


def change_step(text: str, key: str, facts: Facts) -> str:
    drawing = Drawing(text)
    layout = Layout(drawing)
    element = drawing.step(key)
    if facts.name:
        element.set("name", facts.name)
    else:
        element.attrib.pop("name", None)
    describe(drawing, element, facts)
    lane = _lane(drawing, facts.lane) if facts.lane else None
    if lane is not None and lane is not drawing.lane_of(key):
        drawing.put_in_lane(key, lane)
        before = drawing.ways_to(key)
        layout.move(key, after=before[0].get("sourceRef", "") if before else key)
        _redraw(drawing, layout, key)
    return drawing.text()


def remove_step(text: str, key: str) -> str:
    """Take a step out; what led to it leads on to what followed it."""
    drawing = Drawing(text)
    layout = Layout(drawing)
    element = drawing.step(key)
    if local(element) == "startEvent":
        raise NotAllowed("A process needs its start. Change it instead.", code="start")
    onward, inward = drawing.ways_from(key), drawing.ways_to(key)
    if len(onward) > 1:
        raise NotAllowed(
            "More than one way leads on from this step. Remove its ways first, so that it is clear what follows.",
            code="ways",
        )
    for attached in [one for one in drawing.steps() if one.get("attachedToRef") == key]:
        _take_out(drawing, layout, attached, drawing.ways_from(attached.get("id", "")))
    target = onward[0].get("targetRef", "") if onward else ""
    for flow in inward:
        if target and target not in (key, flow.get("sourceRef")):
            drawing.retarget(flow, target)
            layout.connect(flow)
        else:
            _drop(drawing, layout, flow)
    _take_out(drawing, layout, element, onward)
    return drawing.text()


def move_step(text: str, key: str, *, flow: str) -> str:
    """Take a step out of its place and put it into another flow."""
    drawing = Drawing(text)
    layout = Layout(drawing)
    element, there = drawing.step(key), drawing.flow(flow)
    onward, inward = drawing.ways_from(key), drawing.ways_to(key)
    if there in onward or there in inward:
        return text
    if len(onward) != 1 or not inward or local(element) in ("startEvent", "endEvent", "boundaryEvent"):
        raise NotAllowed("Only a step that one way leaves can be moved. Change the ways instead.", code="place")
    target = onward[0].get("targetRef", "")
    if target == key:
        raise NotAllowed("This step follows itself. Change what follows first.", code="place")
    for one in inward:
        drawing.retarget(one, target)
        layout.connect(one)
    _drop(drawing, layout, onward[0])
    layout.move(key, after=there.get("sourceRef", ""))
    _put_into(drawing, layout, there, element)
    return drawing.text()


def change_ways(text: str, key: str, ways: Iterable[Way]) -> str:
    """Say anew where a step leads and when. Ways that are left out go."""
    drawing = Drawing(text)
    layout = Layout(drawing)
    element, wanted = drawing.step(key), list(ways)
    tag = local(element)
    if tag == "endEvent" and wanted:
        raise NotAllowed("Nothing can follow an end.", code="place")
    if len({way.target for way in wanted}) != len(wanted):
        raise NotAllowed("Two ways lead to the same step. Put both conditions on one way, joined by “or”.", code="ways")
    kept = {way.flow for way in wanted if way.flow}
    for flow in drawing.ways_from(key):
        if flow.get("id") not in kept:
            _drop(drawing, layout, flow)
    element.attrib.pop("default", None)
    for way in wanted:
        if way.target == key:
            raise NotAllowed("A step cannot follow itself. Lead to a step before it.", code="place")
        if local(drawing.step(way.target)) == "startEvent":
            raise NotAllowed("Nothing can lead back to the start itself. Lead to the step after it.", code="place")
        flow = drawing.flow(way.flow) if way.flow else drawing.add_flow(key, way.target)
        moved = not way.flow or flow.get("targetRef") != way.target
        if flow.get("targetRef") != way.target:
            drawing.retarget(flow, way.target)
        if way.name:
            flow.set("name", way.name)
        else:
            flow.attrib.pop("name", None)
        drawing.set_condition(flow, "" if way.default else way.condition)
        if way.default and tag in ("exclusiveGateway", "inclusiveGateway"):
            element.set("default", flow.get("id", ""))
        if moved:
            layout.connect(flow)
    return drawing.text()


def drawn(text: str) -> str:
    """The file with a drawing: one that has none is given one."""
    drawing = Drawing(text)
    Layout(drawing)
    return drawing.text()


# -- Parts ----------------------------------------------------------------------------------------


def describe(drawing: Drawing, element: etree._Element, facts: Facts) -> None:
    """Write what is said of a step into the places where its kind keeps it."""
    tag = local(element)
    drawing.set_documentation(element, facts.documentation)
    if tag == "userTask":
        drawing.set_extension(element, "task", {"role": facts.role, "outcomes": facts.outcomes, "due": facts.due})
    elif tag in ("serviceTask", "sendTask"):
        drawing.set_extension(element, "operation", {"name": facts.operation})
    elif tag == "businessRuleTask":
        drawing.set_extension(element, "decision", {"name": facts.decision})
    elif tag == "endEvent":
        drawing.set_extension(element, "end", {"outcome": facts.outcome})
    elif tag == "callActivity":
        _set(element, "calledElement", facts.process)
    elif tag == "receiveTask":
        _set(element, "messageRef", _message(drawing, facts.message) if facts.message else "")
    elif tag in ("intermediateCatchEvent", "boundaryEvent") and facts.timer:
        _set_timer(element, facts.timer)


def timer_of(element: etree._Element) -> str:
    found = element.find(f"{BPMN}timerEventDefinition")
    return next(((one.text or "").strip() for one in found), "") if found is not None else ""


def message_of(drawing: Drawing, element: etree._Element) -> str:
    key = element.get("messageRef", "")
    return next((one.get("name", "") for one in drawing.root.findall(f"{BPMN}message") if one.get("id") == key), "")


def _set_timer(element: etree._Element, timer: str) -> None:
    found = element.find(f"{BPMN}timerEventDefinition")
    if found is None:
        found = etree.SubElement(element, f"{BPMN}timerEventDefinition", id=f"{element.get('id')}_timer")
    if len(found) == 1 and (found[0].text or "").strip() == timer:
        return
    for child in list(found):
        found.remove(child)
    prefix = next((p for p, uri in element.nsmap.items() if uri == BPMN[1:-1]), None)
    said = etree.SubElement(found, f"{BPMN}timeDuration")
    said.set(XSI_TYPE, f"{prefix}:tFormalExpression" if prefix else "tFormalExpression")
    said.text = timer


def _message(drawing: Drawing, name: str) -> str:
    for one in drawing.root.findall(f"{BPMN}message"):
        if one.get("name") == name:
            return one.get("id", "")
    message = etree.Element(f"{BPMN}message", id=drawing.new_id(f"message_{name}"), name=name)
    drawing.root.insert(drawing.root.index(drawing.process), message)
    return message.get("id", "")


def _set(element: etree._Element, name: str, value: str) -> None:
    if value:
        element.set(name, value)
    else:
        element.attrib.pop(name, None)


def _lane(drawing: Drawing, key: str) -> etree._Element:
    found = next((lane for lane in drawing.lanes() if lane.get("id") == key), None)
    if found is None:
        raise NotAllowed("This lane is no longer in the process.", code="not_found")
    return found


def _put_into(drawing: Drawing, layout: Layout, flow: etree._Element, element: etree._Element) -> None:
    target, key = flow.get("targetRef", ""), element.get("id", "")
    drawing.retarget(flow, key)
    onward = drawing.add_flow(key, target)
    if local(element) in ("exclusiveGateway", "inclusiveGateway"):
        element.set("default", onward.get("id", ""))
    layout.connect(flow)
    layout.connect(onward)


def _redraw(drawing: Drawing, layout: Layout, key: str) -> None:
    for flow in (*drawing.ways_to(key), *drawing.ways_from(key)):
        layout.connect(flow)


def _drop(drawing: Drawing, layout: Layout, flow: etree._Element) -> None:
    layout.remove(flow.get("id", ""))
    drawing.remove_flow(flow)


def _take_out(drawing: Drawing, layout: Layout, element: etree._Element, onward: list[etree._Element]) -> None:
    for flow in onward:
        # A way that leads back to the step itself has gone with those that led to it.
        if flow.getparent() is not None:
            _drop(drawing, layout, flow)
    layout.remove(element.get("id", ""))
    drawing.remove_step(element)
