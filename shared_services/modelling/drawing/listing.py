"""A process as a list of steps, in the order in which an officer would read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from shared_services.access.permissions import ROLES
from shared_services.workflow.choices import outcome_action
from shared_services.workflow.diagrams import BPMN
from shared_services.workflow.safe_xml import local

from .steps import Facts, message_of, timer_of
from .tree import GATEWAYS, STEPS, Drawing


@dataclass(frozen=True, slots=True)
class ListedWay:
    """One way on from a step."""

    flow: str
    name: str
    condition: str
    target: str
    target_label: str
    default: bool

    @property
    def text(self) -> str:
        when = f"if {self.condition}" if self.condition else "otherwise" if self.default else ""
        return " ".join(part for part in (f"{self.name}:" if self.name else "", when) if part)


@dataclass(frozen=True, slots=True)
class ListedStep:
    """One step in the list."""

    number: int
    id: str
    tag: str
    label: str
    what: str
    who: str
    lane: str
    detail: str
    has_form: bool
    may_have_form: bool
    ways: tuple[ListedWay, ...]
    may_move: bool
    is_gateway: bool


def listed_steps(text: str, forms: dict[str, object]) -> list[ListedStep]:
    drawing = Drawing(text)
    return [_listed(drawing, element, number, forms) for number, element in enumerate(_in_order(drawing), 1)]


def _in_order(drawing: Drawing) -> Iterator[etree._Element]:
    """From the start along the flows, each branch to its end; what nothing leads to comes last."""
    every = {step.get("id", ""): step for step in drawing.steps()}
    seen: set[str] = set()
    starts = [key for key, step in every.items() if local(step) == "startEvent"]
    for first in [*starts, *every]:
        stack = [first]
        while stack:
            key = stack.pop()
            if key in seen or key not in every:
                continue
            seen.add(key)
            yield every[key]
            onward = [flow.get("targetRef", "") for flow in drawing.ways_from(key)]
            attached = [one for one, step in every.items() if step.get("attachedToRef") == key]
            stack.extend(reversed([*attached, *onward]))


def _listed(drawing: Drawing, element: etree._Element, number: int, forms: dict[str, object]) -> ListedStep:
    key, tag = element.get("id", ""), local(element)
    lane = drawing.lane_of(key)
    ways = tuple(_ways(drawing, element))
    return ListedStep(
        number=number,
        id=key,
        tag=tag,
        label=label_of(element),
        what=STEPS[tag],
        who=_who(drawing, element, lane),
        lane=lane.get("name", "") if lane is not None else "",
        detail=_detail(drawing, element),
        has_form=key in forms,
        may_have_form=tag in ("userTask", "startEvent"),
        ways=ways,
        may_move=len(ways) == 1 and bool(drawing.ways_to(key)) and tag not in ("startEvent", "boundaryEvent"),
        is_gateway=tag in GATEWAYS,
    )


def label_of(element: etree._Element) -> str:
    return element.get("name") or element.get("id", "").replace("_", " ").capitalize()


def _ways(drawing: Drawing, element: etree._Element) -> Iterator[ListedWay]:
    labels = {step.get("id", ""): label_of(step) for step in drawing.steps()}
    for flow in drawing.ways_from(element.get("id", "")):
        condition = flow.find(f"{BPMN}conditionExpression")
        yield ListedWay(
            flow=flow.get("id", ""),
            name=flow.get("name", ""),
            condition=(condition.text or "").strip() if condition is not None else "",
            target=flow.get("targetRef", ""),
            target_label=labels.get(flow.get("targetRef", ""), "nothing"),
            default=element.get("default") == flow.get("id"),
        )


def _who(drawing: Drawing, element: etree._Element, lane: etree._Element | None) -> str:
    task = drawing.extension(element, "task")
    role = task.get("role", "") if task is not None else ""
    if task is not None and not role and (task.get("roleFrom") or task.get("authority")):
        return "By the authority matrix" if task.get("authority") else f"The role in “{task.get('roleFrom')}”"
    if not role and lane is not None and local(element) in ("userTask", "startEvent"):
        found = drawing.extension(lane, "lane")
        role = found.get("role", "") if found is not None else ""
    return ROLES[role].label if role in ROLES else role.replace("_", " ").capitalize()


def _detail(drawing: Drawing, element: etree._Element) -> str:
    tag = local(element)
    if tag == "userTask":
        task = drawing.extension(element, "task")
        outcomes = task.get("outcomes", "").split() if task is not None else []
        due = f"; due in {task.get('due')} working days" if task is not None and task.get("due", "").isdigit() else ""
        return (
            "Answers: " + ", ".join(outcome_action(one) for one in outcomes) if outcomes else "No answers yet"
        ) + due
    for name, attribute in (("operation", "name"), ("decision", "name"), ("end", "outcome")):
        found = drawing.extension(element, name)
        if found is not None and found.get(attribute):
            return found.get(attribute, "")
    return timer_of(element) or message_of(drawing, element) or element.get("calledElement", "")


def facts_of(text: str, key: str) -> Facts:
    """What is said of a step now, for the form that changes it."""
    drawing = Drawing(text)
    element = drawing.step(key)
    lane = drawing.lane_of(key)

    def said(name: str, attribute: str) -> str:
        found = drawing.extension(element, name)
        return found.get(attribute, "") if found is not None else ""

    return Facts(
        name=element.get("name", ""),
        documentation=drawing.documentation(element),
        lane=lane.get("id", "") if lane is not None else "",
        role=said("task", "role"),
        outcomes=said("task", "outcomes"),
        due=said("task", "due"),
        operation=said("operation", "name"),
        decision=said("decision", "name"),
        outcome=said("end", "outcome"),
        timer=timer_of(element),
        message=message_of(drawing, element),
        process=element.get("calledElement", ""),
    )


def places(text: str, *, but: str = "") -> list[tuple[str, str]]:
    """(flow, "between A and B") of every place into which a step can be put."""
    drawing = Drawing(text)
    labels = {step.get("id", ""): label_of(step) for step in drawing.steps()}
    order = {step.get("id", ""): number for number, step in enumerate(_in_order(drawing))}
    flows = [flow for flow in drawing.flows() if but not in (flow.get("sourceRef"), flow.get("targetRef"))]
    flows.sort(key=lambda flow: order.get(flow.get("sourceRef", ""), 0))
    return [
        (
            flow.get("id", ""),
            f"Between “{labels.get(flow.get('sourceRef', ''), '?')}” and “{labels.get(flow.get('targetRef', ''), '?')}”"
            + (f" ({flow.get('name')})" if flow.get("name") else ""),
        )
        for flow in flows
    ]
