"""Sending a case back to an earlier step, and opening a closed one again."""

from __future__ import annotations

import pytest

from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import going_back, holds, selectors, services
from shared_services.workflow.definitions import definition_of
from shared_services.workflow.engine import Run
from shared_services.workflow.models import Case, Decision, Task
from shared_services.workflow.pictures import marks_of


@pytest.fixture(autouse=True)
def _no_records(monkeypatch):
    monkeypatch.setattr(going_back, "_hooks", {"requisition_approval": lambda case, step, actor: None})


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def bo(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget")


@pytest.fixture
def head(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Hana Head")


@pytest.fixture
def manager(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Administrator")


def test_approvals_from_the_step_on_are_asked_again_and_decisions_stay(
    northmoor, requester, bo, head, manager, submit, decide, work_done
):
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, bo, case_id)
    with inside_council(northmoor):
        case = Case.objects.get(pk=case_id)
        assert [step.id for step in going_back.steps_to_redo(case)] == ["approve_requisition"]

        going_back.redo_step(
            actor=manager, case_id=case_id, step="approve_requisition", reason="The quote was wrong.",
            version=case.version,
        )  # fmt: skip

        case.refresh_from_db()
        assert (case.status, case.step, case.approved_by) == ("open", "Approve requisition", [])
        assert selectors.inbox(bo).count() == 1
        assert not selectors.inbox(head).exists()
        assert Decision.objects.filter(case=case, outcome="approve").count() == 1
        assert selectors.history_of(case)[-1].title == "Sent back to the step “Approve requisition”"
    decide(northmoor, bo, case_id)
    decide(northmoor, head, case_id)
    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).outcome == "ordered"
        assert work_done.count("purchasing.raise_order") == 1


def test_going_back_twice_and_on_hold_leaves_one_open_task(northmoor, requester, bo, head, manager, submit, decide):
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, bo, case_id)
    with inside_council(northmoor):
        holds.suspend_case(actor=head, case_id=case_id, reason="Wait.")
        for _ in range(2):
            case = Case.objects.get(pk=case_id)
            steps = going_back.steps_to_redo(case)
            if steps:
                going_back.redo_step(actor=manager, case_id=case_id, step=steps[0].id, reason="Again.")

        case = Case.objects.get(pk=case_id)
        assert not case.is_suspended
        assert Task.objects.of_this_room().unfinished().filter(case_id=case_id).count() == 1
        run = Run.restore(definition_of(case.process_version_id), case.state)
        assert [found.step.id for found in run.waiting()] == ["approve_requisition"]


def test_a_case_that_was_sent_again_can_go_back_to_its_requester(northmoor, requester, bo, manager, submit, decide):
    case_id = submit(northmoor, requester)
    decide(northmoor, bo, case_id, "send_back", note="Fewer, please.")
    decide(northmoor, requester, case_id, "resubmit")
    with inside_council(northmoor):
        going_back.redo_step(actor=manager, case_id=case_id, step="revise_requisition", reason="The wrong file.")

        case = Case.objects.get(pk=case_id)
        assert case.step == "Change and send again"
        assert marks_of(case)["revise_requisition"] == "current"
    decide(northmoor, requester, case_id, "resubmit")
    decide(northmoor, bo, case_id)
    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).outcome == "ordered"


def test_what_the_portal_has_done_is_not_gone_behind(northmoor, requester, bo, manager, submit, decide):
    case_id = submit(northmoor, requester)
    decide(northmoor, bo, case_id, "send_back", note="Fewer, please.")
    blocked = pytest.raises(NotAllowed, match="“Send back to the requester” has been done since")
    with inside_council(northmoor), blocked:
        going_back.redo_step(actor=manager, case_id=case_id, step="approve_requisition", reason="Oops.")


def test_only_who_manages_cases_goes_back_with_a_reason_and_on_the_latest_page(
    northmoor, requester, bo, head, manager, submit, decide
):
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, bo, case_id)
    back = {"case_id": case_id, "step": "approve_requisition"}
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="You may not"):
            going_back.redo_step(actor=head, reason="Oops.", **back)
        with pytest.raises(NotAllowed, match="Say why"):
            going_back.redo_step(actor=manager, reason="", **back)
        with pytest.raises(Stale):
            going_back.redo_step(actor=manager, reason="Oops.", version=1, **back)
        with pytest.raises(NotAllowed, match="has not been at that step"):
            going_back.redo_step(actor=manager, case_id=case_id, step="revise_requisition", reason="Oops.")


def test_a_rejected_requisition_is_opened_again_where_its_process_says_so(
    northmoor, requester, bo, manager, submit, decide
):
    case_id = submit(northmoor, requester)
    decide(northmoor, bo, case_id, "reject", note="No money.")
    with inside_council(northmoor):
        case = Case.objects.get(pk=case_id)
        assert not case.is_open
        going_back.reopen_case(actor=manager, case_id=case_id, reason="There is money now.", version=case.version)

        case.refresh_from_db()
        assert (case.status, case.outcome, case.closed_at) == ("open", "", None)
        assert [task.step for task in selectors.inbox(requester)] == ["revise_requisition"]
        with pytest.raises(NotAllowed, match="is open already"):
            going_back.reopen_case(actor=manager, case_id=case_id, reason="Again.")
    decide(northmoor, requester, case_id, "resubmit")
    decide(northmoor, bo, case_id)
    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).outcome == "ordered"


def test_a_case_that_was_ordered_or_withdrawn_stays_closed(northmoor, requester, bo, manager, submit, decide):
    ordered = submit(northmoor, requester)
    decide(northmoor, bo, ordered)
    withdrawn = submit(northmoor, requester, reference="NOR-REQ-2026-000002")
    with inside_council(northmoor):
        services.withdraw_case(actor=requester, case_id=withdrawn)
        for case_id in (ordered, withdrawn):
            with pytest.raises(NotAllowed, match="has no way back"):
                going_back.reopen_case(actor=manager, case_id=case_id, reason="Please.")
