"""Whatever officers do with tasks and cases, nobody approves what he raised, and nobody approves it twice in a round."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import calendars, claims, going_back, holds, questions, reminders, services, who
from shared_services.workflow.models import Case, Decision, Task, TaskCandidate

VERBS = (
    "claim",
    "take_over",
    "release",
    "forward",
    "ask",
    "hold",
    "go_on",
    "back",
    "reopen",
    "round",
    "approve",
    "reject",
)


@pytest.fixture
def officers(northmoor, officer_in, work_done, monkeypatch):
    """Three who hold every right between them; the first raises the case, and manages everyone else."""
    cards = [
        officer_in(northmoor, "requisitioner", "budget_holder", "head_of_service", "section_151_officer"),
        officer_in(northmoor, "budget_holder", "section_151_officer"),
        officer_in(northmoor, "head_of_service", "council_administrator"),
    ]
    monkeypatch.setitem(who._resolvers, "line_manager", lambda case: {cards[0].pk, cards[1].pk} - {case.requester_id})
    monkeypatch.setattr(going_back, "_hooks", {"requisition_approval": lambda case, step, actor: None})
    return cards


def act(verb, actor, other, case_id, day) -> None:
    """One thing tried by one officer on the case, through the same doors as pages and programs."""
    task = Task.objects.of_this_room().decisions().unfinished().filter(case_id=case_id).first()
    if verb == "round":
        reminders.remind_and_escalate(on=calendars.add_working_days(day, 20))
    elif verb == "hold":
        holds.suspend_case(actor=actor, case_id=case_id, reason="Wait.")
    elif verb == "go_on":
        holds.continue_case(actor=actor, case_id=case_id)
    elif verb == "back":
        going_back.redo_step(actor=actor, case_id=case_id, step="approve_requisition", reason="Again.")
    elif verb == "reopen":
        going_back.reopen_case(actor=actor, case_id=case_id, reason="Again.")
    elif task is None:
        return
    elif verb in ("claim", "take_over"):
        claims.claim_task(actor=actor, task_id=task.pk, take_over=verb == "take_over")
    elif verb == "release":
        claims.release_task(actor=actor, task_id=task.pk)
    elif verb == "forward":
        claims.forward_task(actor=actor, task_id=task.pk, to_card_id=other.pk, note="Yours.")
    elif verb == "ask":
        questions.ask_question(actor=actor, task_id=task.pk, to_card_id=other.pk, question="Why?")
    else:
        services.complete_task(actor=actor, task_id=task.pk, outcome=verb, note="Because.")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 2), st.integers(0, 2)), max_size=12))
def test_no_sequence_of_verbs_lets_anyone_decide_his_own_case(northmoor, officers, submit, steps):
    case_id = submit(northmoor, officers[0], amount="6000.00")
    with inside_council(northmoor):
        day = Case.objects.get(pk=case_id).opened_at.date()
        for verb, who_acts, other in steps:
            try:
                act(verb, officers[who_acts], officers[other], case_id, day)
            except NotAllowed:
                continue

        case = Case.objects.get(pk=case_id)
        approved = Decision.objects.filter(case=case, outcome__in=["approve", "reject"])
        assert officers[0].pk not in set(approved.values_list("card_id", flat=True))
        assert len(case.approved_by) == len(set(case.approved_by))
        waiting = Task.objects.of_this_room().decisions().unfinished().filter(case=case)
        assert waiting.count() <= 1
        for task in waiting.exclude(role="requester"):
            holders = set(TaskCandidate.objects.filter(task=task).values_list("card_id", flat=True))
            assert officers[0].pk not in holders
            assert task.claimed_by_id != officers[0].pk
        if case.outcome == "ordered":
            assert approved.filter(outcome="approve").values("card_id").distinct().count() >= 2
