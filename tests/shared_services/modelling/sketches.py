"""Processes sketched in a few words, for tests."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from shared_services.modelling.checks import diagram_or_none, tables_of
from shared_services.modelling.differences import Drawn

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:guildhall="urn:guildhall:process"'
    ' targetNamespace="urn:guildhall:test">'
)
TAGS = {"user": "userTask", "service": "serviceTask", "choice": "exclusiveGateway", "rule": "businessRuleTask"}
VARIABLES = {"amount": "money", "category": "text", "outcome": "text", "approvers": "list"}


def user(key: str, role: str = "budget_holder", outcomes: str = "approve reject", **more: str) -> tuple[str, str, str]:
    extra = "".join(f" {name}={quoteattr(value)}" for name, value in more.items())
    return "user", key, f'<guildhall:task outcomes="{outcomes}" role="{role}"{extra} />'


def service(key: str, operation: str) -> tuple[str, str, str]:
    return "service", key, f'<guildhall:operation name="{operation}" />'


def choice(key: str, default: str) -> tuple[str, str, str]:
    return "choice", key, default


def end(key: str, outcome: str) -> tuple[str, str, str]:
    return "end", key, f'<guildhall:end outcome="{outcome}" />'


def process(
    steps: list[tuple[str, str, str]],
    flows: list[tuple[str, ...]],
    *,
    key: str = "taxi_licence",
    title: str = "Taxi licence",
    variables: dict[str, str] | None = None,
) -> str:
    """BPMN of `start` and these steps; a flow is (id, from, to) or (id, from, to, condition)."""
    parts = ['<bpmn:startEvent id="start" name="Start" />']
    for kind, name, inside in steps:
        label = name.replace("_", " ").capitalize()
        if kind == "choice":
            parts.append(f'<bpmn:exclusiveGateway id="{name}" name="{label}" default="{inside}" />')
            continue
        tag = TAGS.get(kind) or "endEvent"
        extension = f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"
        parts.append(f'<bpmn:{tag} id="{name}" name="{label}">{extension}</bpmn:{tag}>')
    for flow in flows:
        condition = ""
        if len(flow) > 3:
            condition = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(flow[3])}</bpmn:conditionExpression>'
        parts.append(
            f'<bpmn:sequenceFlow id="{flow[0]}" sourceRef="{flow[1]}" targetRef="{flow[2]}">{condition}</bpmn:sequenceFlow>'
        )
    declared = "".join(
        f'<guildhall:variable name="{name}" kind="{kind}" />' for name, kind in (variables or VARIABLES).items()
    )
    inside = f"<bpmn:extensionElements>{declared}</bpmn:extensionElements>{''.join(parts)}"
    return (
        f'{HEAD}<bpmn:process id="{key}" name="{title}" isExecutable="true">{inside}</bpmn:process></bpmn:definitions>'
    )


def drawn(bpmn: str, dmn: tuple[str, ...] = (), forms: dict[str, Any] | None = None) -> Drawn:
    diagram = diagram_or_none(bpmn)
    assert diagram is not None
    return Drawn(diagram, tables_of(dmn), forms or {})


LICENCE_STEPS = [
    user("check_papers", "budget_holder"),
    choice("papers_in_order", "papers_refused"),
    choice("large", "small_amount"),
    user("approve_licence", "head_of_service"),
    choice("licence_decision", "licence_refused"),
    end("granted", "approved"),
    end("refused", "rejected"),
]
LICENCE_FLOWS: list[tuple[str, ...]] = [
    ("begin", "start", "check_papers"),
    ("checked", "check_papers", "papers_in_order"),
    ("papers_fine", "papers_in_order", "large", 'outcome == "approve"'),
    ("papers_refused", "papers_in_order", "refused"),
    ("large_amount", "large", "approve_licence", "amount >= 5000"),
    ("small_amount", "large", "granted"),
    ("decided", "approve_licence", "licence_decision"),
    ("licence_granted", "licence_decision", "granted", 'outcome == "approve"'),
    ("licence_refused", "licence_decision", "refused"),
]


def licence(
    steps: list[tuple[str, str, str]] | None = None, flows: list[tuple[str, ...]] | None = None, **more: Any
) -> str:
    """A joint process: papers are checked; from £5,000 the head of service approves too."""
    return process(steps or LICENCE_STEPS, flows or LICENCE_FLOWS, **more)


def with_flows(*changed: tuple[str, ...], gone: tuple[str, ...] = (), base: Any = None) -> list[tuple[str, ...]]:
    """The licence's flows with some changed (by ID), added or taken out."""
    flows = {flow[0]: flow for flow in base or LICENCE_FLOWS}
    for flow in changed:
        flows[flow[0]] = flow
    return [flow for key, flow in flows.items() if key not in gone]
