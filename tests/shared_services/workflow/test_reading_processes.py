"""What may be published: shipped processes, and what is refused with the reason and the element's name."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from shared_services.tenancy.door import inside_council
from shared_services.workflow.decisions import DecisionRefused, read_decisions
from shared_services.workflow.engine import EngineFault, Run, read_definition
from shared_services.workflow.expressions import ExpressionError
from shared_services.workflow.findings import ProcessRefused
from shared_services.workflow.models import ProcessVersion
from shared_services.workflow.picture import draw, listed, read_layout
from shared_services.workflow.publishing import shipped_processes
from shared_services.workflow.safe_xml import MAX_BYTES, XmlRefused, read_xml

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:guildhall="urn:guildhall:process">'
    '<bpmn:process id="small" name="A small process" isExecutable="true"><bpmn:extensionElements>'
    '<guildhall:variable name="amount" kind="money"/><guildhall:variable name="outcome" kind="text"/>'
    "</bpmn:extensionElements>"
)
TAIL = "</bpmn:process></bpmn:definitions>"
START = '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def user_task(key: str = "look", name: str = "Look at it", role: str = 'role="director"') -> str:
    return (
        f'<bpmn:userTask id="{key}" name="{name}"><bpmn:extensionElements>'
        f'<guildhall:task {role} outcomes="approve"/></bpmn:extensionElements></bpmn:userTask>'
    )


def process(*parts: str) -> str:
    return HEAD + START + "".join(parts) + TAIL


def refused(*parts: str) -> list[tuple[str, str]]:
    with pytest.raises(ProcessRefused) as refusal:
        read_definition(process(*parts), [])
    return [(finding.element, finding.message) for finding in refusal.value.findings]


def test_every_shipped_process_can_be_published_and_drawn():
    drawings = list(shipped_processes())

    assert {drawing.stem for drawing, _ in drawings} >= {"requisition_approval", "leave_request", "joint_purchase"}
    for drawing, tables in drawings:
        text = drawing.read_text()
        definition = read_definition(text, [table.read_text() for table in tables])
        layout = read_layout(text)
        assert set(definition.diagram.steps) <= set(layout.boxes)
        assert {flow.id for flow in definition.diagram.flows} <= set(layout.lines)
        assert draw(definition.diagram, layout, {}).startswith("<svg")
        assert len(list(listed(definition.diagram, {}))) >= 3


def test_a_small_process_runs():
    definition = read_definition(process(user_task(), flow("start", "look"), flow("look", "end")), [])
    run = Run.start(definition, {"amount": "5.00"})
    run.advance(lambda step, values: None)

    run.complete(run.waiting()[0].engine_id, {"outcome": "approve"})
    run.advance(lambda step, values: None)

    assert run.finished


def test_script_tasks_are_refused_by_name():
    script = '<bpmn:scriptTask id="evil" name="Work out total"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>'

    found = refused(script, flow("start", "evil"), flow("evil", "end"))

    assert any("“Work out total” is a script task" in message for _, message in found)


@pytest.mark.parametrize(
    ("parts", "element", "words"),
    [
        (['<bpmn:serviceTask id="go" name="Do it"/>', flow("start", "go"), flow("go", "end")], "go", "does not name an operation"),
        (
            [
                '<bpmn:serviceTask id="go" name="Do it"><bpmn:extensionElements><guildhall:operation name="os.system"/>'
                "</bpmn:extensionElements></bpmn:serviceTask>",
                flow("start", "go"),
                flow("go", "end"),
            ],
            "go",
            "“os.system”, which does not exist",
        ),
        ([user_task(role=""), flow("start", "look"), flow("look", "end")], "look", "Nobody can act on “Look at it”"),
        ([user_task(), flow("start", "look")], "look", "Nothing follows “Look at it”"),
        ([user_task(), flow("start", "end")], "look", "can never be reached"),
        (
            ['<bpmn:businessRuleTask id="rule" name="Decide"/>', flow("start", "rule"), flow("rule", "end")],
            "rule",
            "in none of the decision files",
        ),
        (
            [
                '<bpmn:exclusiveGateway id="which" name="Which way?" default="which_end"/>', user_task(),
                flow("start", "which"), flow("which", "end"),
                flow("which", "look", "amount.__class__.__name__ == 1"), flow("look", "end"),
            ],
            "which",
            "no attributes",
        ),
        (
            ['<bpmn:exclusiveGateway id="a" default="a_end"/>', '<bpmn:exclusiveGateway id="b"/>',
             flow("start", "b"), flow("b", "a"), flow("a", "b", "true"), flow("a", "end")],
            "b",
            "it would never end",
        ),
        (['<bpmn:callActivity id="call" name="Elsewhere"/>', flow("start", "call"), flow("call", "end")], "Elsewhere", "is a call activity"),
        (['<bpmn:dataStoreReference id="store"/>', flow("start", "end")], "store", "is a data store reference"),
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_named(parts, element, words):
    found = refused(*parts)

    assert any(element == name and words in message for name, message in found), found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "document type or entities",
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
            "document type or entities",
        ),
        ("<a>" + "x" * MAX_BYTES + "</a>", "larger than"),
        ("<a>" * 200 + "</a>" * 200, "nested deeper"),
        ("<a>" + "<b/>" * 30_000 + "</a>", "more than 20000 elements"),
        ("<a><b></a>", "not well-formed"),
        ("", "not well-formed"),
    ],
)
def test_dangerous_files_are_refused_with_the_reason(text, words):
    with pytest.raises(XmlRefused, match=words):
        read_xml(text)


def table(rows: str, policy: str = "UNIQUE", more: str = "") -> str:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d" name="D">'
        f'<decisionTable hitPolicy="{policy}" {more}><input id="i"><inputExpression><text>amount</text></inputExpression></input>'
        f'<output id="o" name="answer"/>{rows}</decisionTable></decision></definitions>'
    )


def row(cell: str, result: str) -> str:
    return f"<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{result}</text></outputEntry></rule>"


@pytest.mark.parametrize(
    ("policy", "more", "answer"),
    [
        ("FIRST", "", {"answer": 1}),
        ("COLLECT", "", {"answer": [1, 2]}),
        ("COLLECT", 'aggregation="SUM"', {"answer": 3}),
        ("COLLECT", 'aggregation="COUNT"', {"answer": 2}),
        ("RULE ORDER", "", {"answer": [1, 2]}),
    ],
)
def test_hit_policies(policy, more, answer):
    model = read_decisions(table(row("&gt; 5", "1") + row("-", "2"), policy, more))

    assert model.decide("d", {"amount": Decimal(10)}) == answer


def test_a_unique_table_with_two_answers_says_so():
    model = read_decisions(table(row("&gt; 5", "1") + row("-", "2")))

    with pytest.raises(ExpressionError, match="more than one row"):
        model.decide("d", {"amount": Decimal(10)})


@pytest.mark.parametrize(
    "rows", [row("amount.real", "1"), row("-", "open(1)"), "<rule><outputEntry><text>1</text></outputEntry></rule>"]
)
def test_a_table_that_could_not_be_used_is_refused(rows):
    with pytest.raises(DecisionRefused, match="D"):
        read_decisions(table(rows))


def test_a_service_step_that_fails_leaves_the_case_as_it_was():
    step = (
        '<bpmn:serviceTask id="go" name="Do it"><bpmn:extensionElements><guildhall:operation name="x.y"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    definition = read_definition(
        process(user_task(), step, flow("start", "look"), flow("look", "go"), flow("go", "end")), [], operations=False
    )
    run = Run.start(definition, {})
    run.advance(lambda step, values: None)
    state = json.dumps(run.state())

    def fail(step, values):
        raise RuntimeError("away")

    broken = Run.restore(definition, json.loads(state))
    broken.complete(broken.waiting()[0].engine_id, {"outcome": "approve"})
    with pytest.raises(RuntimeError):
        broken.advance(fail)

    assert Run.restore(definition, json.loads(state)).waiting()[0].step.id == "look"


def test_a_step_that_is_no_longer_open_cannot_be_completed():
    definition = read_definition(process(user_task(), flow("start", "look"), flow("look", "end")), [])
    run = Run.start(definition, {})
    run.advance(lambda step, values: None)
    key = run.waiting()[0].engine_id
    run.complete(key, {})

    with pytest.raises(EngineFault):
        run.complete(key, {})


def test_no_room_can_change_a_published_version(northmoor, shared_service):
    from django.db import DatabaseError, transaction

    for room in (northmoor, shared_service):
        with inside_council(room), pytest.raises(DatabaseError), transaction.atomic():
            ProcessVersion.objects.update(bpmn="<changed/>")
    with inside_council(northmoor):
        assert ProcessVersion.objects.filter(key="requisition_approval", version=1).exists()
