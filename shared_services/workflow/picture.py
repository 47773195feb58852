"""The picture of a process, drawn on the server from the drawing's own coordinates (BPMN DI).

Pure SVG with presentation attributes: no style sheet, style attribute or script, so the content security
policy stays as strict as it is. What is done and what is current is said by a sign and in words as well as
in colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from . import picture_signs
from .diagrams import BPMN, Diagram, Step
from .safe_xml import read_xml
from .steps_in_words import ListedStep, listed

__all__ = ["Box", "Layout", "ListedStep", "draw", "listed", "read_layout"]
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
SVG = "http://www.w3.org/2000/svg"
MARGIN = 44
LINE_HEIGHT = 15
LETTER_WIDTH = 6.6
MARKS = {"done": "done", "current": "current step"}
INK, GREY, GREEN, PALE_GREEN, YELLOW = "#0b0c0c", "#505a5f", "#00703c", "#cce2d8", "#fff7bf"
LOOKS = {
    "": {"fill": "#ffffff", "stroke": GREY, "stroke-width": "1.5"},
    "done": {"fill": PALE_GREEN, "stroke": GREEN, "stroke-width": "1.5"},
    "current": {"fill": YELLOW, "stroke": INK, "stroke-width": "3"},
}
FRAME_LOOK = {"fill": "none", "stroke": "#b1b4b6", "stroke-width": "1"}


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    def holds(self, other: Box) -> bool:
        across = self.x <= other.x and other.x + other.width <= self.x + self.width
        return across and self.y <= other.y and other.y + other.height <= self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of a drawing stands. Read once for each process version."""

    boxes: dict[str, Box]
    lines: dict[str, tuple[tuple[float, float], ...]]
    frame: Box
    names: dict[str, str]


def read_layout(bpmn: str) -> Layout:
    """The coordinates in a BPMN file. A file without any gives an empty layout, and the steps are listed instead."""
    root = read_xml(bpmn, "The process")
    boxes, lines = {}, {}
    for shape in root.iter(f"{BPMNDI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        if bounds is not None:
            x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
            boxes[shape.get("bpmnElement", "")] = Box(x, y, width, height)
    for edge in root.iter(f"{BPMNDI}BPMNEdge"):
        points = [(float(p.get("x", 0)), float(p.get("y", 0))) for p in edge.findall(f"{DI}waypoint")]
        if len(points) > 1:
            lines[edge.get("bpmnElement", "")] = tuple(points)
    names = {element.get("id", ""): element.get("name", "") for element in root.iter(f"{BPMN}participant")}
    return Layout(boxes, lines, _frame(boxes, lines), names)


def _frame(boxes: Mapping[str, Box], lines: Mapping[str, tuple[tuple[float, float], ...]]) -> Box:
    points = [point for line in lines.values() for point in line]
    points += [corner for box in boxes.values() for corner in ((box.x, box.y), (box.x + box.width, box.y + box.height))]
    if not points:
        return Box(0, 0, 0, 0)
    left, top = min(x for x, _ in points) - MARGIN, min(y for _, y in points) - MARGIN
    right, bottom = max(x for x, _ in points) + MARGIN, max(y for _, y in points) + MARGIN
    return Box(left, top, right - left, bottom - top)


def draw(diagram: Diagram, layout: Layout, marks: Mapping[str, str]) -> str:
    """The picture as SVG. `marks` names the steps that are done and current."""
    frame = layout.frame if layout.boxes else Box(0, 0, 460, 48)
    root = etree.Element(
        "svg", xmlns=SVG, viewBox=f"{frame.x:g} {frame.y:g} {frame.width:g} {frame.height:g}",
        width=f"{frame.width:g}", height=f"{frame.height:g}", role="img", fill=INK, **{"font-family": "Helvetica, Arial, sans-serif", "font-size": "12"},
    )  # fmt: skip
    root.set("aria-labelledby", "process-picture-title")
    title = etree.SubElement(root, "title", id="process-picture-title")
    title.text = _title(diagram, marks)
    if not layout.boxes:
        note = etree.SubElement(root, "text", x="16", y="29")
        note.text = "This process was drawn without a picture. Its steps are listed in words."
        return etree.tostring(root, encoding="unicode")
    _arrow_heads(root)
    for key, name in layout.names.items():
        _lane(root, layout.boxes.get(key), name)
    for lane in diagram.lanes:
        _lane(root, layout.boxes.get(lane.id), lane.name)
    for step in diagram.steps.values():
        if step.kind == "part" and step.id in layout.boxes:
            _part(root, step, layout.boxes[step.id], marks.get(step.id, ""), _is_open(diagram, layout, step))
    for flow in diagram.flows:
        points = layout.lines.get(flow.id)
        if points:
            taken = flow.source in marks and flow.target in marks
            _flow(root, points, flow.name, taken)
    for step in sorted(diagram.steps.values(), key=lambda step: step.kind == "boundary"):
        box = layout.boxes.get(step.id)
        if box is not None and step.kind != "part" and not _is_hidden(diagram, layout, step):
            _step(root, step, box, marks.get(step.id, ""))
    return etree.tostring(root, encoding="unicode")


def _is_open(diagram: Diagram, layout: Layout, part: Step) -> bool:
    """Whether the steps of a subprocess are drawn in its box."""
    box = layout.boxes[part.id]
    inner = [layout.boxes[step.id] for step in diagram.steps_in(part.id) if step.id in layout.boxes]
    return any(box.holds(one) for one in inner)


def _is_hidden(diagram: Diagram, layout: Layout, step: Step) -> bool:
    """What stands in a subprocess that is drawn closed has a page of its own, which is not this one."""
    part = diagram.steps.get(step.within)
    return part is not None and part.id in layout.boxes and not _is_open(diagram, layout, part)


def _title(diagram: Diagram, marks: Mapping[str, str]) -> str:
    current = [step.label for step in diagram.steps.values() if marks.get(step.id) == "current"]
    return f"{diagram.title}. Current step: {', '.join(current)}." if current else f"{diagram.title}."


def _arrow_heads(root: etree._Element) -> None:
    defs = etree.SubElement(root, "defs")
    for name in ("arrow", "arrow-taken"):
        marker = etree.SubElement(
            defs, "marker", id=f"process-{name}", viewBox="0 0 10 10", refX="9", refY="5", markerWidth="7",
            markerHeight="7", orient="auto-start-reverse",
        )  # fmt: skip
        etree.SubElement(marker, "path", d="M 0 0 L 10 5 L 0 10 z", fill=GREEN if name == "arrow-taken" else GREY)


def _lane(root: etree._Element, box: Box | None, name: str) -> None:
    if box is None:
        return
    group = etree.SubElement(root, "g")
    _rect(group, box, FRAME_LOOK)
    x, y = box.x + 18, box.y + box.height / 2
    label = etree.SubElement(
        group, "text", x=f"{x:g}", y=f"{y:g}", transform=f"rotate(-90 {x:g} {y:g})", **{"text-anchor": "middle"}
    )
    label.text = _shortened(name, box.height)


def _flow(root: etree._Element, points: tuple[tuple[float, float], ...], name: str, taken: bool) -> None:
    group = etree.SubElement(root, "g")
    etree.SubElement(
        group, "polyline", points=" ".join(f"{x:g},{y:g}" for x, y in points),
        fill="none", stroke=GREEN if taken else GREY,
        **{"stroke-width": "2.5" if taken else "1.5", "marker-end": f"url(#process-arrow{'-taken' if taken else ''})"},
    )  # fmt: skip
    if name:
        (x1, y1), (x2, y2) = points[0], points[1]
        upright = abs(x1 - x2) < 1
        x, y = (x1 + 6, (y1 + y2) / 2) if upright else ((x1 + x2) / 2, y1 - 6)
        label = etree.SubElement(
            group, "text", x=f"{x:g}", y=f"{y:g}", **{"text-anchor": "start" if upright else "middle"}
        )
        label.text = name


EVENT_TAGS = {"intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "startEvent", "endEvent"}


def _group(root: etree._Element, step: Step, mark: str) -> etree._Element:
    group = etree.SubElement(root, "g")
    hover = etree.SubElement(group, "title")
    hover.text = f"{step.label} ({MARKS[mark]})" if mark else step.label
    return group


def _step(root: etree._Element, step: Step, box: Box, mark: str) -> None:
    group = _group(root, step, mark)
    if step.tag in EVENT_TAGS:
        _event(group, step, box, mark)
    elif step.kind in ("choice", "choices", "together"):
        _gateway(group, step, box, LOOKS[mark])
    else:
        _task(group, step, box, mark)


def _event(group: etree._Element, step: Step, box: Box, mark: str) -> None:
    x, y = box.middle
    look, radius = LOOKS[mark], box.width / 2 - 1
    if step.kind == "end" and not mark:
        look = {**look, "stroke-width": "3"}
    dashed = {"stroke-dasharray": "4 2"} if step.kind == "boundary" and not step.interrupts else {}
    etree.SubElement(group, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{radius:g}", **look, **dashed)
    if step.kind not in ("start", "end"):
        ring = {**look, "fill": "none", "stroke-width": "1"}
        etree.SubElement(group, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{radius - 3:g}", **ring, **dashed)
    picture_signs.sign(group, step, x, y, radius * 0.5)
    if step.kind == "boundary":
        # Its flow leaves downwards, so its name stands beside it.
        label = etree.SubElement(group, "text", x=f"{box.x + box.width + 3:g}", y=f"{box.y + box.height:g}")
        label.text = step.label if step.name else ""
    elif step.name or step.kind in ("start", "end"):
        # A start's flow often leaves downwards, so its name stands above it.
        below = step.kind != "start"
        _words(group, step.label, x, box.y + box.height + 14 if below else box.y - 8 - LINE_HEIGHT, 90)


def _gateway(group: etree._Element, step: Step, box: Box, look: Mapping[str, str]) -> None:
    x, y = box.middle
    right, bottom = box.x + box.width, box.y + box.height
    corners = f"{x:g},{box.y:g} {right:g},{y:g} {x:g},{bottom:g} {box.x:g},{y:g}"
    etree.SubElement(group, "polygon", points=corners, **look)
    sign = etree.SubElement(group, "text", x=f"{x:g}", y=f"{y + 7:g}", **_SIGN)
    sign.text = {"choice": "×", "choices": "○", "together": "+"}[step.kind]
    if step.name or step.kind == "choice":
        label = etree.SubElement(group, "text", x=f"{x + 16:g}", y=f"{bottom - 2:g}", **{"text-anchor": "start"})
        label.text = step.label if step.name else ""


def _task(group: etree._Element, step: Step, box: Box, mark: str) -> None:
    x, y = box.middle
    look = LOOKS[mark]
    if step.kind == "call":
        look = {**look, "stroke-width": "4"}
    _rect(group, box, look, corner="8")
    lines = _wrapped(step.label, box.width - 12)
    _words(group, step.label, x, y - (len(lines) - 1) * LINE_HEIGHT / 2 + 5, box.width - 12)
    if step.kind == "call":
        picture_signs.plus(group, x, box.y + box.height - 11, 7)
    if step.tag in ("sendTask", "receiveTask"):
        picture_signs.envelope(group, box.x + box.width - 16, box.y + 13, 8, sent=step.tag == "sendTask")
    _repetition(group, step, x + (22 if step.kind == "call" else 0), box)
    _tick(group, box, mark)


def _part(root: etree._Element, step: Step, box: Box, mark: str, is_open: bool) -> None:
    """A subprocess: a frame with its name at the top when its steps are drawn in it, else a box."""
    group = _group(root, step, mark)
    look = LOOKS[mark]
    if is_open:
        _rect(group, box, {**look, "fill": "#ffffff" if mark != "done" else look["fill"]}, corner="8")
        _words(group, step.label, box.x + box.width / 2, box.y + 17, box.width - 40)
    else:
        _rect(group, box, look, corner="8")
        _words(group, step.label, box.middle[0], box.middle[1] + 2, box.width - 12)
        picture_signs.plus(group, box.middle[0], box.y + box.height - 11, 7)
    _repetition(group, step, box.middle[0] + (0 if is_open else 22), box)
    _tick(group, box, mark)


def _repetition(group: etree._Element, step: Step, x: float, box: Box) -> None:
    if step.repeats:
        many = etree.SubElement(group, "text", x=f"{x:g}", y=f"{box.y + box.height - 5:g}", **_SIGN)
        many.text = "≡" if step.repeats == "in turn" else "|||"


def _tick(group: etree._Element, box: Box, mark: str) -> None:
    if mark:
        tick = etree.SubElement(group, "text", x=f"{box.x + 8:g}", y=f"{box.y + 16:g}")
        tick.text = "✓" if mark == "done" else "▶"


_SIGN = {"text-anchor": "middle", "font-size": "18"}


def _rect(group: etree._Element, box: Box, look: Mapping[str, str], corner: str = "0") -> None:
    etree.SubElement(
        group,
        "rect",
        x=f"{box.x:g}",
        y=f"{box.y:g}",
        width=f"{box.width:g}",
        height=f"{box.height:g}",
        rx=corner,
        **look,
    )


def _words(group: etree._Element, text: str, x: float, y: float, width: float) -> None:
    label = etree.SubElement(group, "text", x=f"{x:g}", y=f"{y:g}", **{"text-anchor": "middle"})
    for number, line in enumerate(_wrapped(text, width)):
        part = etree.SubElement(label, "tspan", x=f"{x:g}", dy=f"{LINE_HEIGHT if number else 0:g}")
        part.text = line


def _wrapped(text: str, width: float) -> list[str]:
    most = max(int(width / LETTER_WIDTH), 4)
    lines: list[str] = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= most or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _shortened(text: str, width: float) -> str:
    most = max(int(width / LETTER_WIDTH), 4)
    return text if len(text) <= most else f"{text[: most - 1]}…"
