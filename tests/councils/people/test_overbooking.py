"""Two requests sent at the same moment, each in its own transaction as production runs them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

from django.db import connections

from councils.people import services
from councils.people.choices import LeaveStatus
from councils.people.models import LeaveLedgerEntry, LeaveRequest
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.selectors import open_task_for
from shared_services.workflow.services import complete_task


def at_once(council, *actions: Callable[[], object]) -> list[object]:
    """What each action returned or was refused with, all started together."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            start.wait(timeout=20)
            with inside_council(council):
                return action()
        except NotAllowed as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_two_requests_at_once_cannot_spend_the_same_balance(walled, northmoor, team):
    def ask(first_on: date, days: int):
        return lambda: services.request_leave(
            actor=team.officer, employment=team.job, leave_type=team.annual,
            first_on=first_on, last_on=first_on + timedelta(days=days),
        ).pk  # fmt: skip

    answers = at_once(northmoor, ask(date(2026, 7, 6), 18), ask(date(2026, 8, 3), 18))

    refused = [answer for answer in answers if isinstance(answer, NotAllowed)]
    assert len(refused) == 1
    assert "hours left" in refused[0].message
    with inside_council(northmoor):
        assert LeaveRequest.objects.live().count() == 1


def test_two_requests_at_once_cannot_take_the_same_day(walled, northmoor, team):
    day = date(2026, 7, 6)

    def ask():
        return services.request_leave(
            actor=team.officer, employment=team.job, leave_type=team.annual, first_on=day, last_on=day
        ).pk

    answers = at_once(northmoor, ask, ask, ask)

    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 2
    with inside_council(northmoor):
        assert LeaveRequest.objects.live().count() == 1


def test_an_approval_and_a_withdrawal_at_once_end_in_one_of_the_two(walled, northmoor, team):
    with inside_council(northmoor):
        leave = services.request_leave(
            actor=team.officer, employment=team.job, leave_type=team.annual,
            first_on=date(2026, 7, 6), last_on=date(2026, 7, 10),
        )  # fmt: skip
        task_id = open_task_for(case_id=leave.case_id, outcome="approve")

    def approve():
        complete_task(actor=team.manager, task_id=task_id, outcome="approve")

    def withdraw():
        services.withdraw_leave(
            actor=team.officer, request=LeaveRequest.objects.select_related("employment").get(pk=leave.pk)
        )

    answers = at_once(northmoor, approve, withdraw)

    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 1
    with inside_council(northmoor):
        status = LeaveRequest.objects.get(pk=leave.pk).status
        left = LeaveLedgerEntry.objects.of_year(team.job, team.annual.pk, date(2026, 4, 1)).balance()
    expected = {LeaveStatus.APPROVED: Decimal("148.00"), LeaveStatus.WITHDRAWN: Decimal("185.00")}
    assert left == expected[status]


def test_two_approvals_at_once_book_once(walled, northmoor, team):
    with inside_council(northmoor):
        leave = services.request_leave(
            actor=team.officer, employment=team.job, leave_type=team.annual,
            first_on=date(2026, 7, 6), last_on=date(2026, 7, 10),
        )  # fmt: skip
        task_id = open_task_for(case_id=leave.case_id, outcome="approve")

    def approve():
        complete_task(actor=team.manager, task_id=task_id, outcome="approve")

    at_once(northmoor, approve, approve)

    with inside_council(northmoor):
        left = LeaveLedgerEntry.objects.of_year(team.job, team.annual.pk, date(2026, 4, 1)).balance()
    assert left == Decimal("148.00")
