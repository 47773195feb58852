"""A hostile room, with any SQL it likes as its own role, against the tasks of a joint case."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from config.isolation.database import connect_as
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import services, tasks
from shared_services.workflow.models import Case, Task

CLOSED = [
    "parked_reason = 'x'", "due_on = '2020-01-01'", "clock_from_on = '2020-01-01'", "claimed_by_name = 'Eve'",
    "claimed_at = now()", "claim_ends_on = '2099-01-01'", "claimed_by_id = gen_random_uuid()", "placed = NOT placed",
    "version = version + 1", "role = 'requester'", "outcomes = '{}'", "outcome = 'approve'", "done_by_name = 'Eve'",
    "done_by_id = gen_random_uuid()", "engine_id = gen_random_uuid()", "case_id = gen_random_uuid()", "kind = 'answer'",
    "escalated_to = ARRAY[gen_random_uuid()]", "escalated_on = now()", "reminded = 9", "reminded_on = now()",
    "at_risk_on = now()", "at_risk_amount = 1", "amount = 1", "category = 'x'", "title = 'x'", "case_title = 'x'",
    "reference = 'x'", "requester_name = 'x'", "handled_at_subject = NOT handled_at_subject", "ready_at = now()",
    "authority = 'x'", "step = 'x'", "process = 'x'", "parts = '{0,1,2}'", "owner_id = 0",
    "called_version_id = gen_random_uuid()", "progress = 'x'",
]  # fmt: skip
"""A change to every column of a council's task but the two that the shared service may write."""


@pytest.fixture
def heads(walled, northmoor, eastvale, officer_in):
    return {room.number: officer_in(room, "head_of_service") for room in (northmoor, eastvale)}


@pytest.fixture
def case_id(heads, shared_service, northmoor, eastvale, officer_in, work_done):
    manager = officer_in(shared_service, "shared_service_manager")
    councils = [northmoor.number, eastvale.number]
    with inside_council(shared_service):
        key = services.open_case(
            actor=manager, process="joint_purchase", subject_id=new_key(), reference="SHA-JP-2026-000001",
            title="Chairs together", amount=Decimal("6000.00"), category="39112000-0",
            facts={"councils": councils}, parts=councils,
        ).pk  # fmt: skip
    run_waiting()
    return key


@pytest.fixture
def task_of(case_id):
    def find(room):
        with inside_council(room):
            return Task.objects.of_this_room().get(case_id=case_id)

    return find


def test_every_column_of_a_councils_task_is_tried():
    columns = {field.column for field in Task._meta.concrete_fields} - {"id"}

    assert columns - {change.split(" ")[0] for change in CLOSED} == set(Task.parts_may_update) == {"status", "done_at"}


def test_the_owner_of_a_joint_case_changes_nothing_of_a_councils_task_but_whether_it_is_asked(northmoor, task_of):
    key = task_of(northmoor).pk

    with connect_as("c0000") as owner:
        for change in CLOSED:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(f"UPDATE public.workflow_task SET {change} WHERE id = %s", [key])
        done = owner.execute(
            "UPDATE public.workflow_task SET status = 'suspended', done_at = now() WHERE id = %s", [key]
        )
        assert done.rowcount == 1


def test_a_council_neither_sees_nor_touches_anothers_task(northmoor, eastvale, heads, case_id, task_of):
    theirs = task_of(eastvale)

    with connect_as("c0001") as attacker:
        for statement in (
            "SELECT 1 FROM public.workflow_task WHERE id = %s",
            "UPDATE public.workflow_task SET status = 'cancelled' WHERE id = %s",
            "UPDATE public.workflow_task SET claimed_by_id = NULL WHERE id = %s",
            "DELETE FROM public.workflow_task WHERE id = %s",
            "DELETE FROM public.workflow_taskcandidate WHERE task_id = %s",
            "SELECT 1 FROM public.workflow_task WHERE id = %s FOR UPDATE",
        ):
            assert attacker.execute(statement, [theirs.pk]).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attacker.execute(
                "INSERT INTO public.workflow_taskcandidate (id, owner_id, parts, task_id, card_id, at_risk_amount,"
                " claimed_elsewhere) VALUES (gen_random_uuid(), 2, '{0}', %s, %s, 0, false)",
                [theirs.pk, heads[1].pk],
            )
    assert task_of(eastvale).status == "ready"


@pytest.mark.parametrize(
    "change",
    [
        "suspended_at = now()", "suspended_until = '2099-01-01'", "suspended_at = NULL, version = 99",
        "status = 'completed'", "state = '{}'", "parts = '{1}'", "closed_at = now()", "outcome = 'agreed'",
    ],
)  # fmt: skip
def test_a_council_neither_holds_nor_moves_the_owners_case(case_id, change):
    with connect_as("c0001") as attacker, pytest.raises(psycopg.errors.InsufficientPrivilege):
        attacker.execute(f"UPDATE public.workflow_case SET {change} WHERE id = %s", [case_id])


def test_a_task_forged_to_stand_for_anothers_step_moves_no_case(
    northmoor, eastvale, shared_service, heads, case_id, task_of
):
    mine, theirs = task_of(northmoor), task_of(eastvale)
    with inside_council(shared_service):
        before = Case.objects.get(pk=case_id).state

    with connect_as("c0001") as attacker:
        attacker.execute(
            "UPDATE public.workflow_task SET engine_id = %s, status = 'done', outcome = 'approve' WHERE id = %s",
            [theirs.engine_id, mine.pk],
        )
        attacker.execute(
            "INSERT INTO public.workflow_decision (id, owner_id, parts, case_id, task_id, step, title, card_id,"
            " card_name, card_job_title, role, outcome, reason, at) VALUES (gen_random_uuid(), 1, '{0}', %s, %s,"
            " 'agree_joint_purchase', 'Agree', %s, 'Hana', '', '', 'approve', '', now())",
            [case_id, mine.pk, heads[1].pk],
        )
        attacker.execute("UPDATE public.workflow_case SET home_due = true WHERE id = %s", [case_id])
    with inside_council(shared_service):
        tasks.catch_up_cases()

        case = Case.objects.get(pk=case_id)
        assert (case.status, case.state, case.home_due) == ("open", before, False)
    assert task_of(eastvale).status == "ready"


def test_a_council_that_answers_while_the_case_is_on_hold_moves_nothing_until_it_goes_on(
    northmoor, shared_service, heads, case_id, task_of, officer_in
):
    from shared_services.workflow import holds

    manager = officer_in(shared_service, "shared_service_manager")
    mine = task_of(northmoor)
    with inside_council(shared_service):
        holds.suspend_case(actor=manager, case_id=case_id, reason="The supplier asked for time.")
        before = Case.objects.get(pk=case_id)

    with connect_as("c0001") as attacker:
        attacker.execute("UPDATE public.workflow_task SET status = 'ready' WHERE id = %s", [mine.pk])
    with inside_council(northmoor):
        services.complete_task(actor=heads[1], task_id=mine.pk, outcome="approve")
    with inside_council(shared_service):
        tasks.catch_up_cases()

        case = Case.objects.get(pk=case_id)
        assert (case.state, case.version) == (before.state, before.version)
        holds.continue_case(actor=manager, case_id=case_id)
        tasks.catch_up_cases()
        assert Case.objects.get(pk=case_id).version > case.version
