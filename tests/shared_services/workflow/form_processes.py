"""A council's own two-step process with forms, for tests of forms."""

from __future__ import annotations

from typing import Any

from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions
from shared_services.workflow.models import ProcessVersion
from shared_services.workflow.publishing import publish_process
from shared_services.workflow.step_forms.spec import FormField, StepForm, schema_of

KEY = "equipment_request"
BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:guildhall="urn:guildhall:process" id="equipment" targetNamespace="urn:test">
  <bpmn:process id="equipment_request" name="Equipment request" isExecutable="true">
    <bpmn:documentation>Ask for equipment.</bpmn:documentation>
    <bpmn:extensionElements><guildhall:variable name="amount" kind="money"/></bpmn:extensionElements>
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="lane_staff" name="Officers"><bpmn:flowNodeRef>asked</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="lane_finance" name="Finance"><bpmn:extensionElements><guildhall:lane role="finance_officer"/></bpmn:extensionElements><bpmn:flowNodeRef>check</bpmn:flowNodeRef><bpmn:flowNodeRef>dear</bpmn:flowNodeRef><bpmn:flowNodeRef>approved</bpmn:flowNodeRef><bpmn:flowNodeRef>refused</bpmn:flowNodeRef></bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="asked" name="Asked"/>
    <bpmn:userTask id="check" name="Check the request"><bpmn:extensionElements><guildhall:task outcomes="done"/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:exclusiveGateway id="dear" name="Too dear?" default="no"/>
    <bpmn:endEvent id="approved" name="Approved"><bpmn:extensionElements><guildhall:end outcome="approved"/></bpmn:extensionElements></bpmn:endEvent>
    <bpmn:endEvent id="refused" name="Refused"><bpmn:extensionElements><guildhall:end outcome="refused"/></bpmn:extensionElements></bpmn:endEvent>
    <bpmn:sequenceFlow id="first" sourceRef="asked" targetRef="check"/>
    <bpmn:sequenceFlow id="second" sourceRef="check" targetRef="dear"/>
    <bpmn:sequenceFlow id="yes" name="Yes" sourceRef="dear" targetRef="refused"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">amount &gt; 1000</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" name="No" sourceRef="dear" targetRef="approved"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="drawing"><bpmndi:BPMNPlane id="plane" bpmnElement="equipment_request">
    <bpmndi:BPMNShape id="asked_shape" bpmnElement="asked"><dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="check_shape" bpmnElement="check"><dc:Bounds x="190" y="78" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="dear_shape" bpmnElement="dear"><dc:Bounds x="345" y="93" width="50" height="50"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="approved_shape" bpmnElement="approved"><dc:Bounds x="450" y="100" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="refused_shape" bpmnElement="refused"><dc:Bounds x="450" y="200" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="first_edge" bpmnElement="first"><di:waypoint x="136" y="118"/><di:waypoint x="190" y="118"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="second_edge" bpmnElement="second"><di:waypoint x="290" y="118"/><di:waypoint x="345" y="118"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="no_edge" bpmnElement="no"><di:waypoint x="395" y="118"/><di:waypoint x="450" y="118"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="yes_edge" bpmnElement="yes"><di:waypoint x="370" y="143"/><di:waypoint x="370" y="218"/><di:waypoint x="450" y="218"/></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
START = StepForm(
    title="Equipment request",
    title_from="what",
    fields=(
        FormField("what", "text", "What do you need?"),
        FormField("kind", "choice", "What kind is it?", options=(("it", "Computer"), ("desk", "Furniture"))),
        FormField("asset", "text", "Which computer does it replace?", show_if='kind == "it"', pattern=r"PC\d{4}", hint="Like PC1234"),
        FormField("why", "long_text", "Why?", required=False, required_if='kind == "desk"'),
        FormField("for_officer", "officer", "Who is it for?", required=False),
        FormField("needed", "date", "Needed by", required=False, minimum="2020-01-01"),
        FormField("items", "table", "Items", required=False, columns=(
            FormField("item", "text", "Item"), FormField("count", "integer", "How many", minimum="1"),
        )),
        FormField("quote", "file", "Quote", required=False),
    ),
)  # fmt: skip
CHECK = StepForm(
    title="Check",
    fields=(
        FormField("amount", "money", "What does it cost?", minimum="0.01"),
        FormField("budget", "yes_no", "Is there budget?"),
    ),
)


def forms() -> dict[str, Any]:
    return {"asked": schema_of(START), "check": schema_of(CHECK)}


def publish_in(council: Any) -> ProcessVersion:
    """The process, published as the council's own."""
    with inside_council(council):
        version = publish_process(bpmn=BPMN, dmn=[], forms=forms(), owner=council.number)
    definitions.forget()
    return version
