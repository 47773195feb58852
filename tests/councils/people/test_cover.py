"""Nothing waits for an approver who is away: his leave names a deputy, or his manager stands in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from councils.people import cover, services
from councils.people.choices import LeaveStatus
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import deputies, selectors
from shared_services.workflow import services as workflow
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import AuthorityRule, Decision
from shared_services.workflow.selectors import open_task_for

MONDAY, FRIDAY = date(2026, 6, 8), date(2026, 6, 12)


@pytest.fixture
def approver(northmoor, team, officer_in):
    """The officer of the team is the only head of service who may approve; the manager is a director."""
    with inside_council(northmoor):
        team.officer.roles = ["head_of_service"]
        team.officer.save()
        team.manager.roles = ["director"]
        team.manager.save()
        AuthorityRule.objects.of_this_room().update(valid_to=date(2026, 1, 1))
        for role, place in (("head_of_service", 10), ("director", 20)):
            AuthorityRule.objects.create(
                owner_id=northmoor.number, decision_type="requisition_approval", role=role, sequence=place,
                amount_from=Decimal("0.00") if place == 10 else Decimal("5000.00"), valid_from=date(2026, 1, 1),
            )  # fmt: skip
    return team.officer


@pytest.fixture
def stand_in(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Stella Stand-in")


@pytest.fixture
def requisition(northmoor, officer_in, monkeypatch):
    """requisition() -> the key of a case of £600 that waits for a head of service."""
    from shared_services.workflow import operations, who

    nothing = operations.RegisteredOperation("purchasing.requisition_rejected", lambda context: None, None, "")
    monkeypatch.setitem(operations._registered, nothing.name, nothing)
    resolvers = {role: find for role, find in who._resolvers.items() if role == "line_manager"}
    monkeypatch.setattr(who, "_resolvers", resolvers)
    requester = officer_in(northmoor, "requisitioner")

    def make():
        return workflow.open_case(
            actor=requester, process="requisition_approval", subject_id=new_key(), reference="NOR-REQ-2026-000009",
            title="Chairs", amount=Decimal("600.00"), category="39112000-0", facts={"cost_centre": "L100", "wants_joint_buying": False},
        ).pk  # fmt: skip

    return make


def test_an_approvers_leave_is_not_approved_before_somebody_says_who_stands_in(
    approver, stand_in, ask, decide, team, inside
):
    leave = ask(MONDAY, FRIDAY)

    with pytest.raises(NotAllowed, match="Others wait for this officer’s approval"):
        decide(leave)

    services.settle_cover(actor=team.manager, request=leave, deputy_id=stand_in.pk)
    decide(leave)
    assert leave.status == LeaveStatus.APPROVED
    assert cover.cover_of(leave).text == "Stella Stand-in, waiting for an answer"


def test_a_reason_will_do_instead_of_a_deputy(approver, ask, decide, team, inside):
    leave = ask(MONDAY, FRIDAY)

    services.settle_cover(actor=team.manager, request=leave, reason="The director is in the office.")
    decide(leave)

    assert leave.status == LeaveStatus.APPROVED
    assert cover.cover_of(leave).text == "Nobody: The director is in the office."


def test_a_deputy_whom_the_officer_named_himself_is_enough(approver, stand_in, ask, decide, inside):
    deputies.name_deputy(actor=approver, principal_id=approver.pk, deputy_id=stand_in.pk, from_on=MONDAY, to_on=FRIDAY)
    leave = ask(MONDAY, FRIDAY)

    decide(leave)

    assert leave.status == LeaveStatus.APPROVED


def test_nobody_is_asked_about_an_officer_who_approves_nothing(team, ask, decide, inside):
    leave = ask(MONDAY, FRIDAY)

    decide(leave)

    assert leave.status == LeaveStatus.APPROVED


def test_only_whoever_decides_on_the_leave_says_who_stands_in(approver, stand_in, ask, team, inside):
    leave = ask(MONDAY, FRIDAY)

    for actor in (approver, team.colleague):
        with pytest.raises(NotAllowed, match="You do not decide on"):
            services.settle_cover(actor=actor, request=leave, deputy_id=stand_in.pk)


def test_saying_it_twice_asks_the_deputy_once(approver, stand_in, ask, team, inside):
    from shared_services.workflow.models import Deputy

    leave = ask(MONDAY, FRIDAY)

    for _time in range(2):
        services.settle_cover(actor=team.manager, request=leave, deputy_id=stand_in.pk)

    assert Deputy.objects.of_this_room().count() == 1


def test_until_a_deputy_accepts_the_absent_approvers_manager_can_act(
    approver, stand_in, ask, decide, team, inside, requisition
):
    stand_in.roles = ["finance_officer"]
    stand_in.save()
    leave = ask(MONDAY, FRIDAY)
    services.settle_cover(actor=team.manager, request=leave, deputy_id=stand_in.pk)
    decide(leave)
    case_id = requisition()
    assert not selectors.inbox(team.manager).filter(case_id=case_id).exists()

    with time_machine.travel("2026-06-08T09:00:00Z", tick=True):
        refresh_candidates()

        assert (
            selectors.inbox(team.manager)
            .get(case_id=case_id)
            .candidates.get(card=team.manager, owner_id=approver.owner_id)
            .for_name
            == approver.work_name
        )
        task_id = open_task_for(case_id=case_id, outcome="reject")
        workflow.complete_task(actor=team.manager, task_id=task_id, outcome="reject", note="Not this year.")
        decision = Decision.objects.get(case_id=case_id)
        assert decision.by == f"{team.manager.work_name} for {approver.work_name}"


def test_once_the_deputy_has_accepted_the_task_is_his_and_not_the_managers(
    approver, stand_in, ask, decide, team, inside, requisition
):
    leave = ask(MONDAY, FRIDAY)
    cover_ = services.settle_cover(actor=team.manager, request=leave, deputy_id=stand_in.pk)
    decide(leave)
    deputies.accept_deputyship(actor=stand_in, deputy_id=cover_.deputyship_id)
    stand_in.roles = ["director"]
    stand_in.save()
    case_id = requisition()

    with time_machine.travel("2026-06-08T09:00:00Z", tick=True):
        refresh_candidates()

        assert selectors.inbox(stand_in).filter(case_id=case_id).exists()
        assert not selectors.inbox(team.manager).filter(case_id=case_id).exists()
    with time_machine.travel("2026-06-15T09:00:00Z", tick=True):
        refresh_candidates()

        assert not selectors.inbox(stand_in).filter(case_id=case_id).exists()


def test_the_decider_names_the_deputy_on_a_page(approver, stand_in, ask, team, northmoor, client_for):
    with inside_council(northmoor):
        leave = ask(MONDAY, FRIDAY)
    client = client_for(team.manager)
    url = f"/leave/requests/{leave.pk}/"

    assert "Say who stands in" in client.get(url).content.decode()
    both = client.post(f"{url}cover/", {"deputy": str(stand_in.pk), "reason": "And why"})
    assert both.status_code == 422 and "Not both" in both.content.decode()
    done = client.post(f"{url}cover/", {"deputy": str(stand_in.pk), "reason": ""}, follow=True)

    assert "Stella Stand-in, waiting for an answer" in done.content.decode()
    assert client_for(approver).get(f"{url}cover/").status_code == 404
    assert client_for(stand_in).get(f"{url}cover/").status_code == 404
