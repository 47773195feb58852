"""Claiming, forwarding, passing up, programs and bulk approval keep to deputies, limits and separated duties."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import (
    calendars,
    claims,
    deputies,
    going_back,
    questions,
    reminders,
    replay,
    selectors,
    services,
    who,
)
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import Case, Decision, Task
from tests.programs import program_of


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def hana(northmoor, officer_in, work_done):
    return officer_in(northmoor, "budget_holder", name="Hana Holder")


@pytest.fixture
def bea(northmoor, officer_in, hana):
    """Hana's deputy: a head of service."""
    card = officer_in(northmoor, "head_of_service", name="Bea Deputy")
    stand_in(northmoor, card, hana)
    return card


@pytest.fixture
def both(northmoor, officer_in):
    """Gives roles and holds one that approves."""
    return officer_in(northmoor, "council_administrator", "budget_holder", name="Bo Both")


def stand_in(council, deputy, principal):
    today = timezone.localdate()
    with inside_council(council):
        found = deputies.name_deputy(
            actor=principal, principal_id=principal.pk, deputy_id=deputy.pk, from_on=today, to_on=today
        )
        deputies.accept_deputyship(actor=deputy, deputy_id=found.pk)
        refresh_candidates()


def task_of(council, case_id) -> Task:
    with inside_council(council):
        return Task.objects.of_this_room().to_do().get(case_id=case_id)


def passed_up(council):
    with inside_council(council):
        reminders.remind_and_escalate(on=calendars.add_working_days(timezone.localdate(), 20))


def test_a_deputy_claims_what_he_may_decide_and_is_forwarded_to(northmoor, requester, hana, bea, submit):
    task = task_of(northmoor, submit(northmoor, requester))

    with inside_council(northmoor):
        claims.claim_task(actor=bea, task_id=task.pk)
        claims.release_task(actor=bea, task_id=task.pk)
        claims.forward_task(actor=hana, task_id=task.pk, to_card_id=bea.pk, note="Yours.")
        services.complete_task(actor=bea, task_id=task.pk, outcome="approve")

        assert Decision.objects.get(task=task).by == "Bea Deputy for Hana Holder"


def test_nothing_is_claimed_by_or_forwarded_to_an_officer_of_two_separated_duties(
    northmoor, requester, hana, both, submit
):
    task = task_of(northmoor, submit(northmoor, requester))

    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="Separated duties"):
            claims.claim_task(actor=both, task_id=task.pk)
        with pytest.raises(NotAllowed, match="Bo Both may not decide"):
            claims.forward_task(actor=hana, task_id=task.pk, to_card_id=both.pk, note="Yours.")


def test_a_program_of_such_an_officer_approves_nothing(northmoor, requester, both, submit, work_done):
    task = task_of(northmoor, submit(northmoor, requester))

    answer = program_of(both, "workflow:write").post(f"inbox/{task.pk}/decide/", {"outcome": "approve"})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert "Separated duties" in answer.json()["detail"]


def test_bulk_approval_takes_in_what_a_deputy_may_decide_and_leaves_out_what_duties_forbid(
    northmoor, requester, hana, bea, both, submit, client_for
):
    case_id = submit(northmoor, requester)
    client = client_for(bea)
    with inside_council(northmoor):
        keys = [str(row.pk) for row in selectors.inbox_rows(bea)]
        forbidden = [str(row.pk) for row in selectors.inbox_rows(both)]

    refused = client_for(both).post("/inbox/", {"bulk_action": "approve", "selected": forbidden}).content.decode()
    assert "Separated duties" in refused
    confirm = client.post("/inbox/", {"bulk_action": "approve", "selected": keys}).content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', confirm)[1]
    client.post("/inbox/", {"bulk_action": "approve", "selected": keys, "confirmed": "yes", "form_token": token})

    with inside_council(northmoor):
        assert Decision.objects.get(case_id=case_id).by == "Bea Deputy for Hana Holder"


def test_what_waits_is_passed_up_only_as_far_as_an_own_limit_reaches(
    northmoor, requester, officer_in, work_done, submit, decide, monkeypatch
):
    manager = officer_in(northmoor, "budget_holder", name="Mia Manager")
    head = officer_in(northmoor, "head_of_service", name="Hal Head")
    monkeypatch.setitem(who._resolvers, "line_manager", lambda case: {manager.pk} - {case.requester_id})
    other = officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, other, case_id)
    assert task_of(northmoor, case_id).role == "head_of_service"

    passed_up(northmoor)

    assert task_of(northmoor, case_id).escalated_to == []
    with inside_council(northmoor):
        assert not selectors.inbox(manager).exists() and selectors.inbox(head).exists()


def test_the_deputy_of_whom_it_was_passed_up_to_decides_for_him_and_the_replay_agrees(
    northmoor, requester, hana, officer_in, submit, monkeypatch
):
    manager = officer_in(northmoor, "head_of_service", name="Mia Manager")
    helper = officer_in(northmoor, "director", name="Dara Director")
    stand_in(northmoor, helper, manager)
    monkeypatch.setitem(who._resolvers, "line_manager", lambda case: {manager.pk} - {case.requester_id})
    task = task_of(northmoor, submit(northmoor, requester))

    passed_up(northmoor)

    with inside_council(northmoor):
        assert Task.objects.get(pk=task.pk).escalated_to == [manager.pk]
        assert selectors.inbox(helper).get().pk == task.pk
        services.complete_task(actor=helper, task_id=task.pk, outcome="approve")
        assert Decision.objects.get(task=task).by == "Dara Director for Mia Manager"
        assert replay.summarise(None, None).same == 1


def test_going_back_lets_a_deputy_and_his_colleague_be_asked_again(
    northmoor, requester, hana, bea, officer_in, submit, decide, monkeypatch
):
    monkeypatch.setattr(going_back, "_hooks", {"requisition_approval": lambda case, step, actor: None})
    administrator = officer_in(northmoor, "council_administrator")
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, bea, case_id)

    with inside_council(northmoor):
        assert set(Case.objects.get(pk=case_id).approved_by) == {bea.pk, hana.pk}
        going_back.redo_step(actor=administrator, case_id=case_id, step="approve_requisition", reason="Once more.")
        assert Case.objects.get(pk=case_id).approved_by == []
    decide(northmoor, hana, case_id)

    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).approved_by == [hana.pk]
        assert replay.summarise(None, None).differing == []


def test_what_a_deputy_does_around_a_case_names_both_in_its_history_and_in_the_record(
    northmoor, requester, hana, bea, officer_in, submit
):
    case_id = submit(northmoor, requester)
    task = task_of(northmoor, case_id)
    with inside_council(northmoor):
        claims.claim_task(actor=bea, task_id=task.pk)
        questions.ask_question(actor=bea, task_id=task.pk, to_card_id=requester.pk, question="Why?")
        claims.forward_task(actor=bea, task_id=task.pk, to_card_id=hana.pk, note="Yours after all.")

        by = {line.title: line.by for line in selectors.history_of(task.case)}
        assert by["Approve requisition: claimed"] == "Bea Deputy for Hana Holder"
        assert by["Question asked to Riley Requester"] == "Bea Deputy for Hana Holder"
        assert by["Approve requisition: forwarded to Hana Holder"] == "Bea Deputy for Hana Holder"
        for event in ("workflow.task.claimed", "workflow.task.forwarded"):
            assert AuditEntry.objects.get(event=event, subject_id=str(task.pk)).facts["acting_for"] == "Hana Holder"
