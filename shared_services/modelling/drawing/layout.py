"""Where shapes stand: existing ones stay, new ones find a free place, lines go round corners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from shared_services.workflow.diagrams import BPMN
from shared_services.workflow.safe_xml import local

from .tree import DC, DDI, DI, GATEWAYS, Drawing

GAP, MARGIN, ROW = 50, 20, 110


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def meets(self, other: Box) -> bool:
        return not (
            self.right + MARGIN <= other.x
            or other.right + MARGIN <= self.x
            or self.bottom + MARGIN <= other.y
            or other.bottom + MARGIN <= self.y
        )


def size_of(tag: str) -> tuple[float, float]:
    if tag in GATEWAYS:
        return 50, 50
    return (36, 36) if tag.endswith("Event") else (120, 80)


class Layout:
    """The drawing's own part of a BPMN file."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.plane = drawing.root.find(f"{DI}BPMNDiagram/{DI}BPMNPlane")
        if self.plane is None:
            self._draw_everything()

    def shape(self, key: str) -> etree._Element | None:
        return self._of("BPMNShape", key)

    def box(self, key: str) -> Box | None:
        shape = self.shape(key)
        bounds = shape.find(f"{DC}Bounds") if shape is not None else None
        if bounds is None:
            return None
        return Box(*(float(bounds.get(name, "0")) for name in ("x", "y", "width", "height")))

    def _of(self, tag: str, key: str) -> etree._Element | None:
        return next((one for one in self.plane.findall(f"{DI}{tag}") if one.get("bpmnElement") == key), None)

    # -- Placing ---------------------------------------------------------------------------------

    def place(self, element: etree._Element, *, after: str) -> None:
        """Give a new step the nearest free place to the right of the one before it, in its own lane."""
        key, (width, height) = element.get("id", ""), size_of(local(element))
        before = self.box(after) or Box(100, 100, 36, 36)
        lane = self.drawing.lane_of(key)
        lane_box = self.box(lane.get("id", "")) if lane is not None else None
        level = before.middle[1]
        if lane_box is not None and not lane_box.y <= level <= lane_box.bottom:
            level = lane_box.middle[1]
        box = self._free_place(before.right + GAP, level - height / 2, width, height, lane_box)
        self._draw(key, box, local(element))
        self._widen_to(box, lane_box)

    def move(self, key: str, *, after: str) -> None:
        """Draw a step anew beside the one that it now follows."""
        element = self.drawing.step(key)
        self.remove(key)
        self.place(element, after=after)

    def _free_place(self, x: float, y: float, width: float, height: float, lane: Box | None) -> Box:
        taken = list(self._boxes())
        furthest = max((box.right for box in taken), default=x) + GAP
        levels = [y, y + ROW, y - ROW, y + 2 * ROW]
        if lane is not None:
            levels = [level for level in levels if lane.y <= level and level + height <= lane.bottom] or [y]
        for level in levels:
            box = Box(x, level, width, height)
            if not any(box.meets(other) for other in taken):
                return box
        for step in range(int(max(furthest - x, 0) // 10) + 2):
            box = Box(x + step * 10, levels[0], width, height)
            if not any(box.meets(other) for other in taken):
                return box
        return Box(max(furthest, x), levels[0], width, height)

    def _boxes(self) -> Iterable[Box]:
        for step in self.drawing.steps():
            box = self.box(step.get("id", ""))
            if box is not None:
                yield box

    def _draw(self, key: str, box: Box, tag: str) -> None:
        shape = etree.SubElement(self.plane, f"{DI}BPMNShape", id=self.drawing.new_id(f"{key}_shape"), bpmnElement=key)
        if tag == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        _bounds(shape, box)

    def _widen_to(self, box: Box, lane: Box | None) -> None:
        """Lanes and pools reach round everything that stands in them."""
        holders = [one for one in self.plane.findall(f"{DI}BPMNShape") if self._holds_steps(one.get("bpmnElement", ""))]
        for holder in holders:
            bounds = holder.find(f"{DC}Bounds")
            if bounds is None:
                continue
            x, width = float(bounds.get("x", "0")), float(bounds.get("width", "0"))
            if box.right + GAP > x + width:
                bounds.set("width", _number(box.right + GAP - x))

    def _holds_steps(self, key: str) -> bool:
        process = self.drawing.process.get("id")
        lanes = {lane.get("id") for lane in self.drawing.process.findall(f"{BPMN}laneSet//{BPMN}lane")}
        pools = {
            one.get("id")
            for one in self.drawing.root.findall(f"{BPMN}collaboration/{BPMN}participant")
            if one.get("processRef") == process
        }
        return key in lanes | pools

    def remove(self, key: str) -> None:
        for tag in ("BPMNShape", "BPMNEdge"):
            found = self._of(tag, key)
            if found is not None:
                self.plane.remove(found)

    # -- Lines -----------------------------------------------------------------------------------

    def connect(self, flow: etree._Element) -> None:
        """Draw a flow from the step it leaves to the step it leads to."""
        key = flow.get("id", "")
        source, target = self.box(flow.get("sourceRef", "")), self.box(flow.get("targetRef", ""))
        edge = self._of("BPMNEdge", key)
        if source is None or target is None:
            return
        if edge is None:
            edge = etree.SubElement(self.plane, f"{DI}BPMNEdge", id=self.drawing.new_id(f"{key}_edge"), bpmnElement=key)
        for point in edge.findall(f"{DDI}waypoint"):
            edge.remove(point)
        for label in edge.findall(f"{DI}BPMNLabel"):
            edge.remove(label)
        for x, y in way(source, target):
            etree.SubElement(edge, f"{DDI}waypoint", x=_number(x), y=_number(y))

    # -- A file without a drawing ----------------------------------------------------------------

    def _draw_everything(self) -> None:
        """Steps in columns by how far they are from the start."""
        diagram = self.drawing.root.find(f"{DI}BPMNDiagram")
        if diagram is None:
            diagram = etree.SubElement(self.drawing.root, f"{DI}BPMNDiagram", id=self.drawing.new_id("drawing"))
        key = self.drawing.process.get("id", "")
        pools = self.drawing.root.findall(f"{BPMN}collaboration")
        shown = pools[0].get("id", "") if pools else key
        self.plane = etree.SubElement(
            diagram, f"{DI}BPMNPlane", id=self.drawing.new_id("drawing_plane"), bpmnElement=shown
        )
        columns: dict[int, int] = {}
        for step, column in _columns(self.drawing).items():
            element = self.drawing.step(step)
            width, height = size_of(local(element))
            row = columns[column] = columns.get(column, -1) + 1
            x, y = 220 + column * 170 - width / 2, 160 + row * ROW - height / 2
            self._draw(step, Box(x, y, width, height), local(element))
        self._draw_holders()
        for flow in self.drawing.flows():
            self.connect(flow)

    def _draw_holders(self) -> None:
        boxes = list(self._boxes())
        if not boxes:
            return
        left, right = min(box.x for box in boxes) - GAP, max(box.right for box in boxes) + GAP
        top, bottom = min(box.y for box in boxes) - GAP, max(box.bottom for box in boxes) + GAP
        process = self.drawing.process.get("id")
        for pool in self.drawing.root.findall(f"{BPMN}collaboration/{BPMN}participant"):
            if pool.get("processRef") == process:
                self._draw(pool.get("id", ""), Box(left - 30, top, right - left + 30, bottom - top), "participant")
                self.shape(pool.get("id", "")).set("isHorizontal", "true")  # type: ignore[union-attr]


def _columns(drawing: Drawing) -> dict[str, int]:
    every = [step.get("id", "") for step in drawing.steps()]
    found: dict[str, int] = {}
    queue = [(key, 0) for key in every if not drawing.ways_to(key)] or [(key, 0) for key in every[:1]]
    while queue:
        key, column = queue.pop(0)
        if key in found:
            continue
        found[key] = column
        queue.extend((flow.get("targetRef", ""), column + 1) for flow in drawing.ways_from(key))
    return {key: found.get(key, 0) for key in every}


def way(source: Box, target: Box) -> list[tuple[float, float]]:
    """The corners of a line between two boxes."""
    if target.x >= source.right:
        start, end = (source.right, source.middle[1]), (target.x, target.middle[1])
        if abs(start[1] - end[1]) < 1:
            return [start, end]
        turn = (start[0] + end[0]) / 2
        return [start, (turn, start[1]), (turn, end[1]), end]
    if target.y > source.bottom:
        start, end = (source.middle[0], source.bottom), (target.middle[0], target.y)
        turn = (start[1] + end[1]) / 2
        return [start, (start[0], turn), (end[0], turn), end]
    start, end = (source.middle[0], source.bottom), (target.middle[0], target.bottom)
    turn = max(source.bottom, target.bottom) + MARGIN
    return [start, (start[0], turn), (end[0], turn), end]


def _bounds(shape: etree._Element, box: Box) -> None:
    values = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(shape, f"{DC}Bounds", {name: _number(value) for name, value in values.items()})


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}"
