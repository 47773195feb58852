from __future__ import annotations

import pytest

from shared_services.modelling.services import draft_from_version, newest_of, save_draft
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import selectors, services
from shared_services.workflow.models import Case, Task
from shared_services.workflow.replacing import move_cases, preview_move

from .conftest import REQUISITION
from .sketches import LICENCE_STEPS, licence, user, with_flows
from .test_dry_runs import NEW_STEP

RENAMED = NEW_STEP.replace('name="Approve requisition"', 'name="Approve the requisition"')

pytestmark = pytest.mark.usefixtures("work_done")


@pytest.fixture
def standing(northmoor, officer_in, submit, work_done):
    """A requisition that waits for the second of its two approvers."""
    requester = officer_in(northmoor, "requisitioner")
    holder, head = officer_in(northmoor, "budget_holder"), officer_in(northmoor, "head_of_service")
    case_id = submit(northmoor, requester, amount="6000.00")
    with inside_council(northmoor):
        services.complete_task(
            actor=holder, task_id=services.ready_task_of(actor=holder, case_id=case_id), outcome="approve"
        )
    return case_id, head


@pytest.fixture
def next_version(northmoor, author, second, publish):
    def make(bpmn):
        with inside_council(northmoor):
            draft = draft_from_version(actor=author, version_id=newest_of("requisition_approval").pk)
            draft = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=bpmn)
        return publish(northmoor, draft, author, second)

    return make


def versions(northmoor, case_id):
    with inside_council(northmoor):
        return Case.objects.get(pk=case_id).process_version_id, newest_of("requisition_approval").pk


def test_a_case_goes_on_in_the_version_it_was_moved_to(
    northmoor, author, officer_in, standing, next_version, work_done
):
    case_id, head = standing
    stock = officer_in(northmoor, "finance_officer")
    next_version(NEW_STEP)
    old, new = versions(northmoor, case_id)

    with inside_council(northmoor):
        [move] = preview_move(from_id=old, to_id=new)
        assert (move.stands_at, move.would_stand_at, move.why_not) == ("Approve requisition", "Approve requisition", "")
        assert Case.objects.get(pk=case_id).process_version_id == old
        assert move_cases(actor=author, from_id=old, to_id=new, case_ids=[case_id]) == (["NOR-REQ-2026-000001"], [])
        assert move_cases(actor=author, from_id=old, to_id=new, case_ids=[case_id]) == ([], [])

        services.complete_task(
            actor=head, task_id=services.ready_task_of(actor=head, case_id=case_id), outcome="approve"
        )
        assert Task.objects.of_this_room().to_do().get(case_id=case_id).step == "check_stock"
        services.complete_task(
            actor=stock, task_id=services.ready_task_of(actor=stock, case_id=case_id), outcome="approve"
        )
        case = Case.objects.get(pk=case_id)
        assert (case.outcome, case.process_version_id) == ("ordered", new)
        assert "Moved from version 1 of its process to version 1" in [line.title for line in selectors.history_of(case)]
    assert work_done == ["purchasing.requisition_approved", "purchasing.raise_order"]


def test_a_case_whose_step_is_gone_stays_with_the_reason(northmoor, author, second, officer_in, publish):
    from shared_services.modelling.services import start_draft

    requester, holder = officer_in(northmoor, "requisitioner"), officer_in(northmoor, "budget_holder")
    with inside_council(northmoor):
        draft = start_draft(actor=author, title="Taxi licence")
        draft = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=licence())
    old = publish(northmoor, draft, author, second)
    with inside_council(northmoor):
        case = services.open_case(
            actor=requester, process="taxi_licence", subject_id=new_key(), reference="T1", title="Cab"
        )
        steps = [user("look_at_papers"), *LICENCE_STEPS[1:]]
        flows = with_flows(("begin", "start", "look_at_papers"), ("checked", "look_at_papers", "papers_in_order"))
        draft = draft_from_version(actor=author, version_id=old.pk)
        draft = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=licence(steps, flows))
    new = publish(northmoor, draft, author, second)

    with inside_council(northmoor):
        [move] = preview_move(from_id=old.pk, to_id=new.pk)
        assert move.why_not == "It stands at “Check papers”, which the other version does not have."
        assert move_cases(actor=author, from_id=old.pk, to_id=new.pk, case_ids=[case.pk]) == ([], ["T1"])
        assert services.ready_task_of(actor=holder, case_id=case.pk)


def test_a_moved_task_takes_the_role_and_answers_of_the_other_version(northmoor, author, second, officer_in, publish):
    from shared_services.modelling.services import start_draft

    requester = officer_in(northmoor, "requisitioner")
    holder, director = officer_in(northmoor, "budget_holder"), officer_in(northmoor, "director")
    with inside_council(northmoor):
        draft = start_draft(actor=author, title="Taxi licence")
        draft = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=licence())
    old = publish(northmoor, draft, author, second)
    with inside_council(northmoor):
        case = services.open_case(
            actor=requester, process="taxi_licence", subject_id=new_key(), reference="T1", title="Cab"
        )
        draft = draft_from_version(actor=author, version_id=old.pk)
        other = licence([user("check_papers", "director", "approve reject send_back"), *LICENCE_STEPS[1:]])
        draft = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=other)
    new = publish(northmoor, draft, author, second)

    with inside_council(northmoor):
        move_cases(actor=author, from_id=old.pk, to_id=new.pk, case_ids=[case.pk])
        task = Task.objects.get(pk=services.ready_task_of(actor=director, case_id=case.pk))
        assert (task.role, task.outcomes) == ("director", ["approve", "reject", "send_back"])
        with pytest.raises(NotAllowed):
            services.ready_task_of(actor=holder, case_id=case.pk)


def test_cases_are_moved_by_those_with_the_permission_within_one_process(northmoor, author, standing, next_version):
    case_id, head = standing
    next_version(REQUISITION.replace("Nobody approves", "No one approves"))
    old, new = versions(northmoor, case_id)
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="move running cases"):
            move_cases(actor=head, from_id=old, to_id=new, case_ids=[case_id])
        with pytest.raises(NotAllowed, match="same process"):
            move_cases(actor=author, from_id=old, to_id=newest_of("leave_request").pk, case_ids=[case_id])
