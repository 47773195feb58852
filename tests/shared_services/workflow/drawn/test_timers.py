"""Timers of cases: moved on by the sweep, all of a council's together and each alone where one fails."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from shared_services.annexes.models import CaseNote
from shared_services.audit.models import AuditEntry
from shared_services.messaging import running
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import case_timers, holds, retrying, selectors, services
from shared_services.workflow.models import AuthorityRule, Case, CaseTimer, Task

from ..drawing import (
    boundary,
    end,
    flows,
    process,
    repeated,
    start,
    timer,
    user,
)
from .processes import OVERDUE, PAUSED, PAUSED_PLAIN, STUCK, decide, open_one, sweep


def test_a_case_whose_time_has_come_is_moved_on_by_the_sweep(northmoor, people, publish, time_machine):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        row = CaseTimer.objects.get()
        assert row.what == "Too late"
        assert abs(row.due_at - case.opened_at - timedelta(days=5)) < timedelta(minutes=1)

    sweep(northmoor)
    with inside_council(northmoor):
        assert selectors.inbox(people["holder"]).filter(case=case).exists()
    time_machine.move_to(timezone.now() + timedelta(days=5, minutes=1))
    sweep(northmoor)
    sweep(northmoor)

    with inside_council(northmoor):
        assert not selectors.inbox(people["holder"]).exists()
        assert selectors.inbox(people["director"]).get().title == "Escalated"
        assert not CaseTimer.objects.exists()
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 1
        assert Case.objects.get(pk=case.pk).step == "Escalated"


def test_deciding_in_time_takes_the_timer_away(northmoor, people, publish):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        decide(people, "holder", case)

        assert not CaseTimer.objects.exists()


def test_time_stands_still_for_a_case_on_hold(northmoor, people, publish, time_machine):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        due_at = CaseTimer.objects.get().due_at
        holds.suspend_case(actor=people["holder"], case_id=case.pk, reason="The auditor has the papers.")
    time_machine.move_to(timezone.now() + timedelta(days=6))
    sweep(northmoor)
    with inside_council(northmoor):
        assert case_timers.run_due_timers(case_id=case.pk) is False
        assert Case.objects.get(pk=case.pk).step == "Decide"

        holds.continue_case(actor=people["holder"], case_id=case.pk)
        assert abs(CaseTimer.objects.get().due_at - due_at - timedelta(days=6)) < timedelta(minutes=1)
    sweep(northmoor)
    with inside_council(northmoor):
        assert selectors.inbox(people["holder"]).filter(case=case).exists()
    time_machine.move_to(timezone.now() + timedelta(days=5, minutes=1))
    sweep(northmoor)
    with inside_council(northmoor):
        assert selectors.inbox(people["director"]).get().title == "Escalated"


def test_withdrawing_takes_the_timer_away(northmoor, people, publish):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        services.withdraw_case(actor=people["requester"], case_id=case.pk)

        assert not CaseTimer.objects.exists()


def test_one_case_that_cannot_go_on_stops_no_other(northmoor, people, publish, time_machine, broken):
    publish(STUCK, PAUSED)
    with inside_council(northmoor):
        stuck, good = open_one(people, "stuck", 1, amount="1.00"), open_one(people, "paused", 2)

    time_machine.move_to(timezone.now() + timedelta(days=2))
    sweep(northmoor)
    with inside_council(northmoor):
        assert Case.objects.get(pk=good.pk).status == "completed"
        found = Case.objects.get(pk=stuck.pk)
        assert (found.status, found.fault) == ("parked", "The case could not go on from “Cool off” when its time came.")
        assert "no way out that fits" in CaseNote.objects.get(case_id=stuck.pk).text
        version = found.version

    sweep(northmoor)
    with inside_council(northmoor):
        assert Case.objects.get(pk=stuck.pk).version == version
        assert case_timers.due_cases() == []
        with pytest.raises(NotAllowed, match="no way out that fits"):
            retrying.retry_case(actor=people["admin"], case_id=stuck.pk)


def test_a_sweep_writes_what_each_case_became_and_asks_the_database_little(
    northmoor, people, publish, time_machine, django_assert_max_num_queries
):
    publish(OVERDUE, PAUSED_PLAIN)
    with inside_council(northmoor):
        late = [open_one(people, "overdue", number, amount=f"{number}.50") for number in range(1, 9)]
        over = [open_one(people, "plain_pause", number) for number in range(9, 13)]
        keys = [case.pk for case in (*late, *over)]
    time_machine.move_to(timezone.now() + timedelta(days=6), tick=False)
    with inside_council(northmoor), django_assert_max_num_queries(40):
        assert case_timers.run_due_timers_together(case_ids=keys) == []

    with inside_council(northmoor):
        for case in late:
            found = Case.objects.get(pk=case.pk)
            assert (found.step, found.status, found.version) == ("Escalated", "open", 2)
            assert (found.reference, found.amount) == (case.reference, case.amount)
            assert found.tasks.get(status="ready").step == "escalated"
            assert found.tasks.get(status="cancelled").step == "decide"
            assert selectors.inbox(people["director"]).filter(case=case).count() == 1
        for case in over:
            found = Case.objects.get(pk=case.pk)
            assert (found.status, found.outcome, found.step) == ("completed", "done", "")
            assert found.closed_at == timezone.now()
        assert not selectors.inbox(people["holder"]).exists()
        assert not CaseTimer.objects.exists()
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 12
        again = case_timers.run_due_timers_together(case_ids=keys)
        assert set(again) == {case.pk for case in late}
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 12


def test_a_case_that_fails_among_others_leaves_nothing_of_any_behind_before_each_is_tried_alone(
    northmoor, people, publish, time_machine, broken
):
    publish(PAUSED, STUCK)
    with inside_council(northmoor):
        good = [open_one(people, "paused", number) for number in (1, 2)]
        stuck = open_one(people, "stuck", 3, amount="1.00")
        keys = [*(case.pk for case in good), stuck.pk]
    time_machine.move_to(timezone.now() + timedelta(days=2))
    with inside_council(northmoor), pytest.raises(NotAllowed), transaction.atomic():
        case_timers.run_due_timers_together(case_ids=keys)
    with inside_council(northmoor):
        assert {case.version for case in Case.objects.filter(pk__in=keys)} == {1}
        assert not CaseNote.objects.exists()

    sweep(northmoor)
    with inside_council(northmoor):
        assert [Case.objects.get(pk=case.pk).status for case in (*good, stuck)] == ["completed", "completed", "parked"]
        assert CaseNote.objects.filter(text="half done").count() == 2


def test_a_worker_that_dies_in_a_sweep_leaves_its_cases_for_the_next(
    northmoor, people, publish, time_machine, monkeypatch
):
    publish(OVERDUE)
    with inside_council(northmoor):
        cases = [open_one(people, "overdue", number) for number in range(1, 5)]
    time_machine.move_to(timezone.now() + timedelta(days=6))
    monkeypatch.setattr(running, "TOGETHER", 2)
    work, bunches = case_timers.run_due_timers_together, []

    def die_in_the_second(*, case_ids):
        left = work(case_ids=case_ids)
        bunches.append(case_ids)
        if len(bunches) == 2:
            raise KeyboardInterrupt
        return left

    monkeypatch.setattr(case_timers, "run_due_timers_together", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        sweep(northmoor)
    with inside_council(northmoor):
        assert Case.objects.filter(step="Escalated").count() == 2
        (message,) = OutboxMessage.objects.open().filter(task="workflow.run_due_timers")
    monkeypatch.setattr(case_timers, "run_due_timers_together", work)
    running.run_promised(task_name="workflow.run_due_timers", council_number=northmoor.number, message_id=message.pk)

    with inside_council(northmoor):
        for case in cases:
            found = Case.objects.get(pk=case.pk)
            assert (found.step, found.version) == ("Escalated", 2)
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 4


def test_a_case_that_an_officer_is_at_is_left_for_its_own_turn(walled, northmoor, people, publish, time_machine):
    publish(OVERDUE)
    with inside_council(northmoor):
        busy, free = open_one(people, "overdue", 1).pk, open_one(people, "overdue", 2).pk
    time_machine.move_to(timezone.now() + timedelta(days=6))
    held, done = threading.Event(), threading.Event()

    def officer() -> None:
        with inside_council(northmoor):
            Case.objects.select_for_update().get(pk=busy)
            held.set()
            done.wait(timeout=20)
        connection.close()

    thread = threading.Thread(target=officer)
    thread.start()
    held.wait(timeout=20)
    try:
        with inside_council(northmoor):
            assert case_timers.run_due_timers_together(case_ids=[busy, free]) == [busy]
    finally:
        done.set()
        thread.join(timeout=20)

    with inside_council(northmoor):
        assert Case.objects.get(pk=free).step == "Escalated"
        assert case_timers.run_due_timers(case_id=busy)


def test_a_joint_cases_timer_is_kept_by_its_owner_alone(
    northmoor, eastvale, shared_service, officer_in, publish, time_machine
):
    from shared_services.workflow import tasks

    each = process(
        start(), user("agree", repeated("councils", "council"), role="head_of_service", councilFrom="council"),
        boundary("late", "agree", timer("P5D")), end("agreed", "agreed"), end("gone", "gone"),
        flows("start agree", "agree agreed", "late gone"), key="joint_test", title="Joint", councils="list",
    )  # fmt: skip
    publish(each)
    manager, head = officer_in(shared_service, "category_manager"), officer_in(northmoor, "head_of_service")
    councils = [northmoor.number, eastvale.number]
    with inside_council(northmoor):
        AuthorityRule(
            decision_type="joint_test", role="head_of_service", valid_from=timezone.localdate(), sequence=1
        ).save()
    with inside_council(shared_service):
        case = services.open_case(
            actor=manager, process="joint_test", subject_id=new_key(), reference="SHA-T-2026-000001", title="Together",
            facts={"councils": councils}, parts=councils,
        )  # fmt: skip
        assert CaseTimer.objects.count() == 1
    run_waiting()
    with inside_council(northmoor):
        assert not CaseTimer.objects.exists()
        task = Task.objects.of_this_room().get(case_id=case.pk)
        services.complete_task(actor=head, task_id=task.pk, outcome="approve")
    time_machine.move_to(timezone.now() + timedelta(days=6))
    sweep(northmoor)
    with inside_council(shared_service):
        assert Case.objects.get(pk=case.pk).status == "open"
    sweep(shared_service)

    with inside_council(shared_service):
        tasks.catch_up_cases()
        found = Case.objects.get(pk=case.pk)
        assert (found.status, found.outcome) == ("completed", "gone")
        assert not CaseTimer.objects.exists()
    with inside_council(eastvale):
        assert Task.objects.of_this_room().get(case_id=case.pk).status == "cancelled"
