"""A BPMN file that is changed in place: what nobody touches, comments and other tools' words among it, stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.diagrams import BPMN, GUILDHALL, GUILDHALL_NAMESPACE
from shared_services.workflow.safe_xml import local

from ..drawings import check_drawing

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DDI = "{http://www.omg.org/spec/DD/20100524/DI}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
STEPS: dict[str, str] = {
    "startEvent": "Start",
    "userTask": "Task for an officer",
    "manualTask": "Task outside the portal",
    "task": "Task without a kind",
    "serviceTask": "Done by the portal",
    "businessRuleTask": "Decision table",
    "receiveTask": "Wait for word",
    "sendTask": "Send a message",
    "scriptTask": "Script",
    "callActivity": "Another process",
    "subProcess": "Steps inside a step",
    "exclusiveGateway": "Choose one way",
    "inclusiveGateway": "Choose every way that fits",
    "parallelGateway": "All ways at once",
    "eventBasedGateway": "Whatever happens first",
    "intermediateCatchEvent": "Wait",
    "intermediateThrowEvent": "Tell",
    "boundaryEvent": "If it happens meanwhile",
    "endEvent": "End",
}
"""Every box, circle and diamond of a drawing, by what it is to its reader."""
GATEWAYS = {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"}
_BEFORE_EXTENSIONS = {"documentation"}
_BEFORE_LINKS = {"documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef"}


class Drawing:
    """The one executable process of a BPMN file, to be read and changed."""

    def __init__(self, text: str) -> None:
        check_drawing(text)
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
        self.root = etree.fromstring(text.encode(), parser)
        self.process = next(
            one for one in self.root.findall(f"{BPMN}process") if one.get("isExecutable", "true") == "true"
        )

    def text(self) -> str:
        """The file as it is now."""
        return etree.tostring(self.root.getroottree(), xml_declaration=True, encoding="UTF-8").decode()

    # -- Finding ---------------------------------------------------------------------------------

    def steps(self) -> Iterator[etree._Element]:
        """The steps of the process itself; those inside a step belong to it."""
        for element in self.process:
            if isinstance(element.tag, str) and element.tag.startswith(BPMN) and local(element) in STEPS:
                yield element

    def step(self, key: str) -> etree._Element:
        found = next((one for one in self.steps() if one.get("id") == key), None)
        if found is None:
            raise NotAllowed("This step is no longer in the process. Go back to the list of steps.", code="not_found")
        return found

    def flows(self) -> list[etree._Element]:
        return self.process.findall(f"{BPMN}sequenceFlow")

    def flow(self, key: str) -> etree._Element:
        found = next((one for one in self.flows() if one.get("id") == key), None)
        if found is None:
            raise NotAllowed("This way is no longer in the process. Go back to the list of steps.", code="not_found")
        return found

    def ways_from(self, key: str) -> list[etree._Element]:
        return [one for one in self.flows() if one.get("sourceRef") == key]

    def ways_to(self, key: str) -> list[etree._Element]:
        return [one for one in self.flows() if one.get("targetRef") == key]

    def lanes(self) -> list[etree._Element]:
        """The lanes that hold steps: the innermost ones."""
        every = self.process.findall(f"{BPMN}laneSet//{BPMN}lane")
        return [lane for lane in every if lane.find(f"{BPMN}childLaneSet") is None]

    def lane_of(self, key: str) -> etree._Element | None:
        for lane in self.lanes():
            if any((node.text or "").strip() == key for node in lane.findall(f"{BPMN}flowNodeRef")):
                return lane
        return None

    def extension(self, element: etree._Element, name: str) -> etree._Element | None:
        return element.find(f"{BPMN}extensionElements/{GUILDHALL}{name}")

    def variables(self) -> dict[str, str]:
        found = self.process.findall(f"{BPMN}extensionElements/{GUILDHALL}variable")
        return {one.get("name", ""): one.get("kind", "text") for one in found}

    def documentation(self, element: etree._Element) -> str:
        found = element.find(f"{BPMN}documentation")
        return (found.text or "").strip() if found is not None else ""

    # -- Changing --------------------------------------------------------------------------------

    def new_id(self, wanted: str) -> str:
        """An id that nothing in the file has: the words of a name, numbered if need be."""
        base = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:60] or "step"
        base = base if base[0].isalpha() else f"step_{base}"
        taken = set(self.root.xpath("//@id"))
        key, number = base, 2
        while key in taken:
            key, number = f"{base}_{number}", number + 1
        return key

    def set_extension(self, element: etree._Element, name: str, values: dict[str, str]) -> None:
        """Write attributes of one of our own elements; empty ones go, and so does the element with the last of them."""
        found = self.extension(element, name)
        if found is None and not any(values.values()):
            return
        if found is None:
            found = etree.SubElement(
                self._extensions(element), f"{GUILDHALL}{name}", nsmap={"guildhall": GUILDHALL_NAMESPACE}
            )
        for key, value in values.items():
            if value:
                found.set(key, value)
            else:
                found.attrib.pop(key, None)
        if not found.attrib:
            holder = found.getparent()
            holder.remove(found)
            if len(holder) == 0:
                element.remove(holder)

    def _extensions(self, element: etree._Element) -> etree._Element:
        found = element.find(f"{BPMN}extensionElements")
        if found is None:
            found = etree.Element(f"{BPMN}extensionElements")
            element.insert(_place_after(element, _BEFORE_EXTENSIONS), found)
        return found

    def set_documentation(self, element: etree._Element, text: str) -> None:
        found = element.find(f"{BPMN}documentation")
        if found is None and text:
            found = etree.Element(f"{BPMN}documentation")
            element.insert(0, found)
        if found is not None and text:
            found.text = text
        elif found is not None:
            element.remove(found)

    def add_step(self, tag: str, name: str) -> etree._Element:
        element = etree.Element(f"{BPMN}{tag}", id=self.new_id(name or STEPS[tag]))
        if name:
            element.set("name", name)
        last = max((self.process.index(one) for one in self.steps()), default=len(self.process) - 1)
        self.process.insert(last + 1, element)
        return element

    def add_flow(self, source: str, target: str, name: str = "") -> etree._Element:
        flow = etree.SubElement(
            self.process,
            f"{BPMN}sequenceFlow",
            id=self.new_id(f"flow_{source}_{target}"),
            sourceRef=source,
            targetRef=target,
        )
        if name:
            flow.set("name", name)
        self._link(source, "outgoing")
        self._link(target, "incoming")
        return flow

    def retarget(self, flow: etree._Element, target: str) -> None:
        key = flow.get("id", "")
        self._unlink(flow.get("targetRef", ""), "incoming", key)
        flow.set("targetRef", target)
        self._link(target, "incoming")

    def remove_flow(self, flow: etree._Element) -> None:
        key = flow.get("id", "")
        source = next((one for one in self.steps() if one.get("id") == flow.get("sourceRef")), None)
        if source is not None and source.get("default") == key:
            del source.attrib["default"]
        self._unlink(flow.get("sourceRef", ""), "outgoing", key)
        self._unlink(flow.get("targetRef", ""), "incoming", key)
        _remove(flow)

    def remove_step(self, element: etree._Element) -> None:
        key = element.get("id", "")
        for lane in self.process.findall(f"{BPMN}laneSet//{BPMN}lane"):
            for node in lane.findall(f"{BPMN}flowNodeRef"):
                if (node.text or "").strip() == key:
                    _remove(node)
        _remove(element)

    def put_in_lane(self, key: str, lane: etree._Element | None) -> None:
        now = self.lane_of(key)
        if now is lane:
            return
        if now is not None:
            for node in now.findall(f"{BPMN}flowNodeRef"):
                if (node.text or "").strip() == key:
                    _remove(node)
        if lane is not None:
            node = etree.Element(f"{BPMN}flowNodeRef")
            node.text = key
            lane.insert(_place_after(lane, _BEFORE_LINKS | {"partitionElement", "flowNodeRef"}), node)

    def set_condition(self, flow: etree._Element, condition: str) -> None:
        found = flow.find(f"{BPMN}conditionExpression")
        if condition:
            if found is None:
                found = etree.SubElement(flow, f"{BPMN}conditionExpression")
                prefix = next((p for p, uri in flow.nsmap.items() if uri == BPMN[1:-1]), None)
                found.set(XSI_TYPE, f"{prefix}:tFormalExpression" if prefix else "tFormalExpression")
            found.text = condition
        elif found is not None:
            flow.remove(found)

    def _link(self, key: str, tag: str) -> None:
        """Let a step name every flow that leaves or reaches it: some tools leave them out, none may name half of them."""
        element = next((one for one in self.steps() if one.get("id") == key), None)
        if element is None:
            return
        named = {(node.text or "").strip() for node in element.findall(f"{BPMN}{tag}")}
        before = _BEFORE_LINKS | {"incoming"} | ({"outgoing"} if tag == "outgoing" else set())
        for flow in self.ways_from(key) if tag == "outgoing" else self.ways_to(key):
            if flow.get("id", "") not in named:
                node = etree.Element(f"{BPMN}{tag}")
                node.text = flow.get("id", "")
                element.insert(_place_after(element, before), node)

    def _unlink(self, key: str, tag: str, flow: str) -> None:
        for element in self.steps():
            if element.get("id") == key:
                for node in element.findall(f"{BPMN}{tag}"):
                    if (node.text or "").strip() == flow:
                        _remove(node)


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the white space and comments around it."""
    parent = element.getparent()
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _place_after(element: etree._Element, tags: set[str]) -> int:
    """Where a child belongs that stands after all children of these kinds."""
    place = 0
    for number, child in enumerate(element):
        if isinstance(child.tag, str) and local(child) in tags:
            place = number + 1
    return place
