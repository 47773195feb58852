"""What happens next, in words, agrees with what then happens; and what a drawing may say about reminders."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_services.tenancy.door import inside_council
from shared_services.workflow import foresight, selectors, services
from shared_services.workflow.diagrams import read_diagram
from shared_services.workflow.engine import Run
from shared_services.workflow.findings import find
from shared_services.workflow.models import Case, ProcessVersion, Task
from shared_services.workflow.safe_xml import read_xml

from .drawing import (
    boundary,
    element,
    end,
    flows,
    gateway,
    key_of,
    read,
    repeated,
    service,
    start,
    timed,
    timer,
    user,
)
from .runs import Library


@pytest.fixture
def officers(northmoor, officer_in):
    return {
        "requester": officer_in(northmoor, "requisitioner", name="Riley Requester"),
        "budget_holder": officer_in(northmoor, "budget_holder", name="Bo Budget"),
        "head_of_service": officer_in(northmoor, "head_of_service", name="Hana Head"),
        "director": officer_in(northmoor, "director", name="Dee Director"),
    }


def said(case_id) -> dict[str, str]:
    task = Task.objects.of_this_room().to_do().decisions().get(case_id=case_id)
    return {one.outcome: one.sentence for one in foresight.after_each_answer(task.case, task)}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pounds=st.sampled_from(["600.00", "4999.99", "5000.00", "49999.99", "50000.00"]),
    answers=st.lists(st.sampled_from(["approve", "reject", "send_back", "resubmit"]), min_size=1, max_size=6),
    together=st.booleans(),
)
def test_what_is_foretold_is_what_happens(northmoor, officers, submit, pounds, answers, together):
    case_id = submit(northmoor, officers["requester"], amount=pounds, wants_joint_buying=together)
    with inside_council(northmoor):
        for answer in answers:
            task = Task.objects.of_this_room().to_do().filter(case_id=case_id).first()
            if task is None:
                break
            answer = answer if answer in task.outcomes else task.outcomes[0]
            foretold = said(case_id)[answer]
            actor = next(card for card in officers.values() if selectors.inbox(card).filter(pk=task.pk).exists())

            services.complete_task(actor=actor, task_id=task.pk, outcome=answer, note="Because.")

            case = Case.objects.get(pk=case_id)
            following = Task.objects.of_this_room().to_do().filter(case_id=case_id).first()
            if following is not None:
                who = "Riley Requester" if following.role == "requester" else following.role.replace("_", " ")
                assert who in foretold
            elif case.is_open:
                assert f"it waits for “{case.step}”" in foretold
            else:
                assert f"the case ends: {case.outcome_text.lower()}" in foretold
        if Case.objects.get(pk=case_id).is_open:
            services.withdraw_case(actor=officers["requester"], case_id=case_id)


@pytest.fixture
def told(northmoor):
    """told(definition, *answered, step=...) -> what is said ahead of a step, in a case that has been answered so far."""

    def tell(definition, *answered, step="decide", **values) -> dict[str, str]:
        run = Run.start(definition, values)
        run.advance(lambda step, values: {})
        for answer in answered:
            run.complete(key_of(run, answer), {"outcome": "approve"})
            run.advance(lambda step, values: {})
        task = Task(engine_id=key_of(run, step), outcomes=["approve", "reject"])
        case = Case(owner_id=0, requester_name="Riley Requester", process="small", facts={})
        with inside_council(northmoor):
            return {one.action: one.sentence for one in foresight.after_each_answer(case, task, run)}

    return tell


def test_a_step_with_a_time_on_its_edge_says_what_follows_when_nobody_answers(told):
    definition = read(
        start(), user("decide"), boundary("late", "decide", timer("P5D")), user("escalated", role="chief_executive"),
        timed("cool_off", "P3D"), end(),
        flows("start decide", "decide cool_off", "cool_off end", "late escalated", "escalated end"),
    )  # fmt: skip

    assert told(definition) == {
        "Approve": "it waits 3 days",
        "Reject": "it waits 3 days",
        "If it waits 5 days": "it goes to the chief executive, to escalated",
    }


def test_branches_that_run_beside_each_other_are_waited_for(told):
    definition = read(
        start(), gateway("parallel", "split"), user("decide"), user("finance"), gateway("parallel", "join"),
        service("book"), end(outcome="done"),
        flows("start split", "split decide", "split finance", "decide join", "finance join", "join book", "book end"),
    )  # fmt: skip

    assert told(definition)["Approve"] == "it waits for what else is under way"
    assert told(definition, "finance")["Approve"] == "“Book” is done, and the case ends: done"


def test_branches_that_begin_and_meet_on_the_way_are_followed_together(told):
    definition = read(
        start(), user("decide"), gateway("parallel", "split"), service("book"), service("pay"),
        gateway("parallel", "join"), end(outcome="done"),
        flows("start decide", "decide split", "split book", "split pay", "book join", "pay join", "join end"),
    )  # fmt: skip
    parted = read(
        start(), user("decide"), gateway("parallel", "split"), service("book"), user("sign", role="director"),
        gateway("parallel", "join"), end(outcome="done"),
        flows("start decide", "decide split", "split book", "split sign", "book join", "sign join", "join end"),
    )  # fmt: skip

    assert told(definition)["Approve"] == "“Book” and “Pay” are done, and the case ends: done"
    assert told(parted)["Approve"] == "“Book” is done, and it goes to the director, to sign"


def test_a_group_of_steps_is_looked_into_and_its_end_is_not_the_cases(told):
    inside = start("in") + user("check", role="director") + end("out") + flows("in check", "check out")
    definition = read(
        start(), user("decide"), element("subProcess", "group", inside), service("book"), end(outcome="done"),
        flows("start decide", "decide group", "group book", "book end"),
    )  # fmt: skip

    assert told(definition)["Approve"] == "it goes to the director, to check"
    assert told(definition, "decide", step="check")["Approve"] == "“Book” is done, and the case ends: done"


def test_a_process_that_is_called_is_named_and_not_looked_into(told):
    library = Library()
    called = read(start(), user("inner"), end(), flows("start inner", "inner end"), key="other")
    library.publish("other", called)
    definition = read(
        start(), user("decide"), element("callActivity", "other", calledElement="other"), end(outcome="done"),
        flows("start decide", "decide other", "other end"), called=library,
    )  # fmt: skip

    assert told(definition)["Approve"] == "“Other” begins"
    assert told(definition, "decide", step="inner")["Approve"] == foresight.UNKNOWN


def test_a_step_that_several_answer_at_once_waits_for_the_others(told):
    definition = read(
        start(), user("decide", repeated("people", "person")), user("sign", role="director"), end(),
        flows("start decide", "decide sign", "sign end"), people="list",
    )  # fmt: skip

    assert told(definition, people=["a", "b"])["Approve"] == "it waits for the others’ answers"
    assert told(definition, "decide", people=["a", "b"])["Approve"] == "it goes to the director, to sign"


def test_a_case_that_waits_says_what_follows(northmoor, officers, submit, decide):
    case_id = submit(northmoor, officers["requester"], wants_joint_buying=True)
    decide(northmoor, officers["budget_holder"], case_id)
    with inside_council(northmoor):
        case = Case.objects.get(pk=case_id)

        assert foresight.after_waiting(case) == ["Once “Joint purchase” is done, the case ends: bought together."]


@pytest.mark.parametrize(
    ("said_there", "rule"),
    [
        ('remindAfter="soon"', "reminders"),
        ('remindAfter="0"', "reminders"),
        ('escalateTo="director"', "reminders"),
        ('remindAfter="2" escalateAfter="4" escalateTo="director"', ""),
    ],
)
def test_a_drawing_says_when_a_step_reminds_and_passes_up(northmoor, said_there, rule):
    with inside_council(northmoor):
        drawing = ProcessVersion.objects.get(key="leave_request", version=1).bpmn
    drawn = drawing.replace('<guildhall:task roleFrom="approver"', f'<guildhall:task {said_there} roleFrom="approver"')
    diagram = read_diagram(read_xml(drawn, "The process"))

    found = {finding.rule for finding in find(diagram, {}, operations=False)} - {"decision"}

    assert found == ({rule} if rule else set())


def test_an_end_reopens_at_an_officers_step_only(northmoor):
    with inside_council(northmoor):
        drawing = ProcessVersion.objects.get(key="leave_request", version=1).bpmn
    for step, wrong in (("revise_leave", False), ("leave_route", True), ("nowhere", True)):
        drawn = drawing.replace('reopen="revise_leave"', f'reopen="{step}"')
        diagram = read_diagram(read_xml(drawn, "The process"))
        assert ("reopen" in {one.rule for one in find(diagram, {}, operations=False)}) is wrong
