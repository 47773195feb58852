"""The daily round: reminders, passing up, and the council's own working days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from councils.organisation.choices import Division
from councils.organisation.models import ClosureDay, CouncilSettings
from shared_services.annexes.models import CaseEvent
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.tenancy.models import BankHoliday
from shared_services.workflow import calendars, casework, holds, passing_up, reminders, selectors, services, tasks, who
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import CaseworkSettings, Task


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def bo(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget")


@pytest.fixture
def boss(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Bea Boss")


@pytest.fixture
def case_id(northmoor, requester, bo, submit):
    return submit(northmoor, requester)


@pytest.fixture
def managed_by(monkeypatch):
    """managed_by({officer: manager}) -> the line manager's resolver for this test."""

    def name(managers):
        known = {card.pk: boss.pk for card, boss in managers.items()}
        monkeypatch.setitem(
            who._resolvers,
            "line_manager",
            lambda case: {known[case.requester_id]} if case.requester_id in known else set(),
        )

    return name


def after(days: int) -> date:
    return calendars.add_working_days(timezone.localdate(), days)


def test_a_task_is_reminded_of_each_time_the_rooms_days_are_up_and_once_a_day(northmoor, case_id):
    with inside_council(northmoor):
        settings = casework.casework_settings()
        assert settings.remind_after == 5
        assert reminders.remind_and_escalate(on=after(4)) == (0, 0)

        assert reminders.remind_and_escalate(on=after(5))[0] == 1
        assert reminders.remind_and_escalate(on=after(5))[0] == 0
        assert reminders.remind_and_escalate(on=after(9))[0] == 0
        assert reminders.remind_and_escalate(on=after(10))[0] == 1

        assert Task.objects.get(case_id=case_id).reminded == 2
        assert CaseEvent.objects.filter(case_id=case_id, verb="reminded").count() == 2


def test_nobody_is_reminded_on_a_day_off(northmoor, case_id):
    with inside_council(northmoor):
        saturday = after(10) + timedelta(days=(5 - after(10).weekday()) % 7)

        assert reminders.remind_and_escalate(on=saturday) == (0, 0)


def test_what_waits_too_long_is_passed_up_to_the_line_manager_who_then_decides(
    northmoor, bo, boss, case_id, managed_by, work_done
):
    managed_by({bo: boss})
    with inside_council(northmoor):
        assert reminders.remind_and_escalate(on=after(15))[1] == 1
        assert reminders.remind_and_escalate(on=after(16))[1] == 0

        task = Task.objects.get(case_id=case_id)
        assert task.escalated_to == [boss.pk]
        assert [one.pk for one in selectors.inbox(boss)] == [task.pk] == [one.pk for one in selectors.inbox(bo)]
        titles = [line.title for line in selectors.history_of(task.case)]
        assert "Approve requisition: passed up to Bea Boss, because it waited too long" in titles
        services.complete_task(actor=boss, task_id=task.pk, outcome="approve")
        assert work_done[-1] == "purchasing.raise_order"


def test_a_task_is_never_passed_up_to_whoever_raised_it(northmoor, requester, bo, case_id, managed_by):
    managed_by({bo: requester})
    with inside_council(northmoor):
        assert reminders.remind_and_escalate(on=after(15))[1] == 0

        assert Task.objects.get(case_id=case_id).escalated_to == []
        assert not selectors.inbox(requester).exists()


@pytest.fixture
def drawn(monkeypatch):
    """drawn(escalate_to="director", ...) -> the step of every task, as a drawing would have it."""

    def draw(**said):
        step_of = passing_up.step_of
        monkeypatch.setattr(passing_up, "step_of", lambda task, case: replace(step_of(task, case), **said))

    return draw


def test_the_drawing_says_otherwise_where_it_does(northmoor, bo, case_id, officer_in, drawn, work_done):
    director = officer_in(northmoor, "director", name="Dee Director")
    drawn(remind_after="2", escalate_after="3", escalate_to="director")
    with inside_council(northmoor):
        assert reminders.remind_and_escalate(on=after(3)) == (1, 1)

        task = Task.objects.get(case_id=case_id)
        assert task.escalated_to == [director.pk]
        services.complete_task(actor=director, task_id=task.pk, outcome="approve")
        assert work_done[-1] == "purchasing.raise_order"


def test_whom_a_post_names_is_passed_up_to_only_with_the_permission_to_decide(
    northmoor, bo, case_id, officer_in, managed_by
):
    managed_by({bo: officer_in(northmoor, "hr_adviser", name="Hal Adviser")})
    with inside_council(northmoor):
        assert reminders.remind_and_escalate(on=after(15))[1] == 0

        assert Task.objects.get(case_id=case_id).escalated_on is None


def test_whoever_is_no_longer_above_decides_no_longer(northmoor, bo, boss, case_id, officer_in, managed_by):
    managed_by({bo: boss})
    with inside_council(northmoor):
        reminders.remind_and_escalate(on=after(15))
        managed_by({bo: officer_in(northmoor, "head_of_service", name="Nia New")})

        task = Task.objects.get(case_id=case_id)
        with pytest.raises(NotAllowed, match="You are not"):
            services.complete_task(actor=boss, task_id=task.pk, outcome="approve")
        refresh_candidates()
        assert not selectors.inbox(boss).exists()


def test_time_on_hold_is_not_reminded_of(northmoor, bo, case_id):
    with inside_council(northmoor):
        holds.suspend_case(actor=bo, case_id=case_id, reason="Wait.")
        assert reminders.remind_and_escalate(on=after(5)) == (0, 0)
        holds.continue_case(actor=bo, case_id=case_id)

        Task.objects.filter(case_id=case_id).update(clock_from_on=after(5))
        assert reminders.remind_and_escalate(on=after(9)) == (0, 0)
        assert reminders.remind_and_escalate(on=after(10))[0] == 1


def test_the_daily_round_runs_as_a_job_twice_and_in_the_shared_service(northmoor, shared_service, case_id):
    for room in (northmoor, northmoor, shared_service):
        with inside_council(room):
            tasks.tend_cases()
    with inside_council(northmoor):
        assert Task.objects.get(case_id=case_id).reminded == 0


def test_a_rooms_times_are_changed_by_who_manages_cases(northmoor, bo, officer_in):
    manager = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="You may not"):
            casework.change_casework_settings(actor=bo, claim_days=1, remind_after=None, escalate_after=None)
        with pytest.raises(NotAllowed, match="after it has been reminded"):
            casework.change_casework_settings(actor=manager, claim_days=1, remind_after=5, escalate_after=2)
        saved = casework.change_casework_settings(
            actor=manager, claim_days=2, remind_after=None, escalate_after=None, version=0
        )
        with pytest.raises(Stale):
            casework.change_casework_settings(
                actor=manager, claim_days=3, remind_after=None, escalate_after=None, version=0
            )

        assert casework.casework_settings() == saved
        assert CaseworkSettings.objects.count() == 1


@pytest.mark.parametrize(("division", "skips"), [(Division.ENGLAND_AND_WALES, False), (Division.SCOTLAND, True)])
def test_a_council_counts_its_own_divisions_bank_holidays_and_closure_days(northmoor, division, skips):
    holiday = BankHoliday.objects.filter(division=Division.SCOTLAND, title__icontains="Andrew").order_by("-date")
    with inside_council(northmoor):
        CouncilSettings.objects.update(bank_holiday_division=division)
        day = next(
            one.date for one in holiday if one.date.weekday() < 5 and abs(one.date - timezone.localdate()).days < 380
        )
        calendars.forget()
        before = day - timedelta(days=1)
        while before.weekday() > 4:
            before -= timedelta(days=1)

        assert (calendars.add_working_days(before, 1) > day) is skips
        ClosureDay.objects.create(on=calendars.add_working_days(before, 1), title="Moving house")
        first = calendars.add_working_days(before, 1)
        calendars.forget()
        assert calendars.add_working_days(before, 1) > first


def test_the_shared_service_counts_the_bank_holidays_of_the_whole_kingdom(shared_service):
    with inside_council(shared_service):
        anywhere = set(BankHoliday.objects.values_list("date", flat=True))
        near = [on for on in anywhere if abs(on - timezone.localdate()).days < 380 and on.weekday() < 5]

        assert near
        assert not any(calendars.is_working_day(on) for on in near)
