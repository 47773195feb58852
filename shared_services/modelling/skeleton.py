"""The drawing that a new process begins with: asked for, decided by a line manager, granted or refused."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

_STEPS = (
    ("startEvent", "requested", "Requested", 132, 122, 36, 36),
    ("userTask", "decide", "Decide", 230, 280, 120, 80),
    ("exclusiveGateway", "decision", "Decision", 425, 295, 50, 50),
    ("endEvent", "approved", "Approved", 562, 302, 36, 36),
    ("endEvent", "rejected", "Rejected", 562, 382, 36, 36),
)
_FLOWS = (
    ("to_decide", "", "requested", "decide", "", ((168, 140), (290, 140), (290, 280))),
    ("decided", "", "decide", "decision", "", ((350, 320), (425, 320))),
    ("when_approved", "Approved", "decision", "approved", 'outcome == "approve"', ((475, 320), (562, 320))),
    ("when_rejected", "Rejected", "decision", "rejected", "", ((450, 345), (450, 400), (562, 400))),
)
_LANES = (
    ("lane_requester", "Requester", "requester", ("requested",), 80),
    ("lane_manager", "Line manager", "line_manager", ("decide", "decision", "approved", "rejected"), 200),
)
_EXTENSIONS = {
    "decide": '<guildhall:task outcomes="approve reject" due="5" />',
    "approved": '<guildhall:end outcome="approved" />',
    "rejected": '<guildhall:end outcome="rejected" />',
}


def first_drawing(key: str, title: str) -> str:
    """A BPMN file that can be published as it is and is meant to be changed."""
    name = quoteattr(title)
    process = [*_lanes(), *(_step(*step[:3]) for step in _STEPS), *(_flow(*flow[:5]) for flow in _FLOWS)]
    pictures = [*_lane_shapes(key), *(_shape(*step) for step in _STEPS), *(_edge(flow[0], flow[5]) for flow in _FLOWS)]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:guildhall="urn:guildhall:process" id="{key}_definitions" targetNamespace="urn:guildhall:process:{key}">
  <bpmn:collaboration id="{key}_collaboration">
    <bpmn:participant id="{key}_pool" name={name} processRef="{key}" />
  </bpmn:collaboration>
  <bpmn:process id="{key}" name={name} isExecutable="true">
    <bpmn:extensionElements>
      <guildhall:variable name="amount" kind="money" />
      <guildhall:variable name="category" kind="text" />
      <guildhall:variable name="outcome" kind="text" />
    </bpmn:extensionElements>
    {_joined(process)}
  </bpmn:process>
  <bpmndi:BPMNDiagram id="{key}_drawing">
    <bpmndi:BPMNPlane id="{key}_plane" bpmnElement="{key}_collaboration">
      {_joined(pictures)}
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def _joined(parts: list[str]) -> str:
    return "\n      ".join(parts)


def _lanes() -> list[str]:
    lanes = []
    for key, name, role, members, _top in _LANES:
        inside = "".join(f"<bpmn:flowNodeRef>{member}</bpmn:flowNodeRef>" for member in members)
        extension = f'<bpmn:extensionElements><guildhall:lane role="{role}" /></bpmn:extensionElements>'
        lanes.append(f'<bpmn:lane id="{key}" name="{name}">{extension}{inside}</bpmn:lane>')
    return [f'<bpmn:laneSet id="lanes">{"".join(lanes)}</bpmn:laneSet>']


def _step(tag: str, key: str, name: str) -> str:
    default = ' default="when_rejected"' if key == "decision" else ""
    extension = _EXTENSIONS.get(key, "")
    inside = f"<bpmn:extensionElements>{extension}</bpmn:extensionElements>" if extension else ""
    ways = "".join(f"<bpmn:incoming>{flow[0]}</bpmn:incoming>" for flow in _FLOWS if flow[3] == key)
    ways += "".join(f"<bpmn:outgoing>{flow[0]}</bpmn:outgoing>" for flow in _FLOWS if flow[2] == key)
    return f'<bpmn:{tag} id="{key}" name="{name}"{default}>{inside}{ways}</bpmn:{tag}>'


def _flow(key: str, name: str, source: str, target: str, condition: str) -> str:
    named = f' name="{name}"' if name else ""
    start = f'<bpmn:sequenceFlow id="{key}"{named} sourceRef="{source}" targetRef="{target}"'
    if not condition:
        return f"{start} />"
    formal = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>'
    )
    return f"{start}>{formal}</bpmn:sequenceFlow>"


def _lane_shapes(key: str) -> list[str]:
    pool = _shape("participant", f"{key}_pool", "", 40, 80, 620, 360, ' isHorizontal="true"')
    heights = {"lane_requester": 120, "lane_manager": 240}
    return [
        pool,
        *(_shape("lane", lane[0], "", 70, lane[4], 590, heights[lane[0]], ' isHorizontal="true"') for lane in _LANES),
    ]


def _shape(tag: str, key: str, _name: str, x: int, y: int, width: int, height: int, more: str = "") -> str:
    more = more or (' isMarkerVisible="true"' if tag == "exclusiveGateway" else "")
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}" />'
    return f'<bpmndi:BPMNShape id="{key}_shape" bpmnElement="{key}"{more}>{bounds}</bpmndi:BPMNShape>'


def _edge(key: str, points: tuple[tuple[int, int], ...]) -> str:
    line = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in points)
    return f'<bpmndi:BPMNEdge id="{key}_line" bpmnElement="{key}">{line}</bpmndi:BPMNEdge>'
