"""Processes drawn in other tools: imported, run and exported with nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions, operations, services, who
from shared_services.workflow.checking import check_files, would_be_refused
from shared_services.workflow.diagrams import read_diagram
from shared_services.workflow.engine import Run, read_definition
from shared_services.workflow.foreign import plain_expression
from shared_services.workflow.models import Case, ProcessVersion, Task
from shared_services.workflow.picture import draw, read_layout
from shared_services.workflow.publishing import publish_process
from shared_services.workflow.safe_xml import XmlRefused, bytes_of, read_xml, text_of

DIAGRAMS = Path(__file__).parent / "diagrams"
CAMUNDA_7 = DIAGRAMS / "camunda_7_equipment_loan.bpmn"
CAMUNDA_8 = DIAGRAMS / "camunda_8_parking_permit.bpmn"
FLOWABLE = DIAGRAMS / "flowable_and_signavio_tree_works.bpmn20.xml"
FEE = DIAGRAMS / "camunda_8_permit_fee.dmn"
ALL = [CAMUNDA_7, CAMUNDA_8, FLOWABLE]


def diagram_of(path: Path):
    return read_diagram(read_xml(path.read_bytes()))


@pytest.fixture
def fee_asked(monkeypatch) -> list[str]:
    """The operation that the permit's drawing names, and for whom it was done; roles are held by their keys."""
    monkeypatch.setattr(who, "_resolvers", {})
    done: list[str] = []

    def run(context: operations.OperationContext) -> None:
        done.append(context.case.reference)

    found = operations.RegisteredOperation("permits.ask_for_fee", run, None, "")
    monkeypatch.setitem(operations._registered, "permits.ask_for_fee", found)
    return done


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_file_comes_out_byte_for_byte_as_it_went_in(path, shared_service):
    raw = path.read_bytes()

    assert bytes_of(text_of(raw)) == raw
    with inside_council(shared_service):
        version = ProcessVersion(key=path.stem, version=1, title="As drawn", bpmn=text_of(raw), sha256="0" * 64)
        version.published_at = "2026-11-23T09:00:00Z"
        version.save(force_insert=True)
        assert bytes_of(ProcessVersion.objects.get(pk=version.pk).bpmn) == raw


@pytest.mark.parametrize(("path", "tool"), [(CAMUNDA_7, "Camunda 7"), (CAMUNDA_8, "Camunda 8"), (FLOWABLE, "Flowable")])
def test_the_tool_is_known_by_its_namespaces(path, tool):
    assert diagram_of(path).drawn_with == tool


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_drawing_of_another_tool_is_shown(path):
    text = text_of(path.read_bytes())

    picture = draw(diagram_of(path), read_layout(text), {})

    assert etree.fromstring(picture) is not None


def test_findings_say_what_to_add_to_a_drawing_of_another_tool():
    errors = [found for found in check_files(CAMUNDA_7.read_bytes(), []) if found.level == "error"]

    assert [(found.element, found.rule) for found in errors] == [
        ("Activity_chase", "role"),
        ("Activity_record", "operation"),
    ]
    assert "“depot-loans”" in errors[1].message


def test_what_the_findings_ask_for_is_added_beside_what_the_tool_wrote():
    text = text_of(CAMUNDA_7.read_bytes())
    added = text.replace("<bpmn:definitions ", '<bpmn:definitions xmlns:guildhall="urn:guildhall:process" ').replace(
        '<bpmn:task id="Activity_chase" name="Chase the check">',
        '<bpmn:task id="Activity_chase" name="Chase the check"><bpmn:extensionElements><guildhall:task role="director"/></bpmn:extensionElements>',
    ).replace(
        "<camunda:failedJobRetryTimeCycle>", '<guildhall:operation name="depot.record_loan"/><camunda:failedJobRetryTimeCycle>'
    )  # fmt: skip
    definition = read_definition(added, [], operations=False)
    diagram, done = definition.diagram, []

    def run(**values):
        case = Run.start(definition, values)
        case.advance(lambda step, values: done.append(step.operation))
        return case

    assert diagram.steps["Activity_check"].role == "head_of_service"
    assert (diagram.variables["value"], diagram.variables["urgent"]) == ("number", "boolean")
    assert run(value=100, urgent=False).finished
    assert run(value=900, urgent=True).finished
    case = run(value=900, urgent=False)
    assert [found.step.id for found in case.waiting()] == ["Activity_check"]
    assert [found.step.label for found in case.timers()] == ["Two days gone"]
    case.complete(case.waiting()[0].engine_id, {"outcome": "done"})
    case.advance(lambda step, values: done.append(step.operation))
    assert case.finished
    assert done == ["depot.record_loan"] * 3


def test_a_drawing_of_another_tool_is_published_and_run_unchanged(shared_service, northmoor, officer_in, fee_asked):
    raw = CAMUNDA_8.read_bytes()
    head, requester = officer_in(northmoor, "head_of_service"), officer_in(northmoor, "requisitioner")
    with inside_council(shared_service):
        version = publish_process(bpmn=text_of(raw), dmn=[text_of(FEE.read_bytes())])
        assert bytes_of(version.bpmn) == raw
    definitions.forget()

    with inside_council(northmoor):
        case = services.open_case(
            actor=requester, process="parking_permit", subject_id=new_key(), reference="NOR-PP-2026-000001",
            title="Permit", facts={"zone": "centre", "wards": ["North", "South"]},
        )  # fmt: skip
        task = Task.objects.of_this_room().get(case=case)
        assert (task.title, task.role, task.outcomes) == ("Decide on the permit", "head_of_service", ["done"])
        services.complete_task(actor=head, task_id=task.pk, outcome="done", values={"granted": True})
        for task in list(Task.objects.of_this_room().to_do().filter(case=case)):
            assert task.title == "Ask each ward"
            services.complete_task(actor=head, task_id=task.pk, outcome="done")
        case = Case.objects.get(pk=case.pk)

    assert (case.status, fee_asked) == ("completed", ["NOR-PP-2026-000001"])


def test_a_subprocess_of_another_tool_runs_with_its_timer():
    text = text_of(FLOWABLE.read_bytes()).replace(
        'name="Send a climber"/>', 'name="Send a climber" flowable:candidateGroups="director"/>'
    )
    definition = read_definition(text, [])
    case = Run.start(definition, {})
    case.advance(lambda step, values: None)

    assert [found.step.id for found in case.waiting()] == ["visit"]
    assert [found.step.id for found in case.timers()] == ["overdue"]
    case.complete(case.waiting()[0].engine_id, {"outcome": "done", "height": 12})
    case.advance(lambda step, values: None)
    assert [found.step.id for found in case.waiting()] == ["climb"]
    assert definition.diagram.title == "Tree works: café terrace"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("${amount > 5 && !urgent}", "amount > 5 and not urgent"),
        ("#{kind == 'big' || kind == \"a && b\"}", "kind == 'big' or kind == \"a && b\""),
        ('=zone = "centre" and fee >= 5', 'zone == "centre" and fee >= 5'),
        ("amount >= 5", "amount >= 5"),
        ("a != b", "a != b"),
    ],
)
def test_conditions_of_other_tools_are_read_as_ours(theirs, ours):
    assert " ".join(plain_expression(theirs).split()) == ours


def test_of_two_pools_the_executable_one_is_read():
    assert diagram_of(CAMUNDA_8).key == "parking_permit"


def test_a_file_in_an_encoding_that_it_does_not_say_is_refused():
    with pytest.raises(XmlRefused, match="Save it as UTF-8"):
        text_of("<?xml version='1.0' encoding='ascii'?><a>é</a>".encode())
    assert would_be_refused(check_files("<a>é</a>".encode("utf-16"), []))
