"""What happens next, in words, agrees with what then happens; and what a drawing may say about reminders."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_services.tenancy.door import inside_council
from shared_services.workflow import foresight, selectors, services
from shared_services.workflow.diagrams import read_diagram
from shared_services.workflow.findings import find
from shared_services.workflow.models import Case, ProcessVersion, Task
from shared_services.workflow.safe_xml import read_xml


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
