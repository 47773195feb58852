"""Asking for leave, and what decisions do to the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from councils.organisation import services as organisation
from councils.people import selectors, services
from councils.people.choices import LeaveStatus
from councils.people.models import LeaveLedgerEntry, LeaveRequest
from councils.people.operations import leave_approved
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow.models import Case, TaskCandidate
from shared_services.workflow.operations import OperationContext

pytestmark = pytest.mark.usefixtures("inside")
MONDAY, FRIDAY = date(2026, 7, 6), date(2026, 7, 10)


def test_an_approved_week_takes_37_hours_from_the_balance(ask, decide, balance):
    leave = ask(MONDAY, FRIDAY)
    assert balance() == Decimal("185.00")

    decide(leave)

    assert leave.status == LeaveStatus.APPROVED
    assert leave.hours == Decimal("37.00")
    assert balance() == Decimal("148.00")


def test_the_request_goes_to_the_line_manager_and_to_nobody_else(ask, team):
    leave = ask(MONDAY)

    candidates = TaskCandidate.objects.filter(task__case_id=leave.case_id)

    assert set(candidates.values_list("card_id", flat=True)) == {team.manager.pk}


def test_nobody_approves_his_own_leave(ask, decide, team):
    leave = ask(MONDAY)

    with pytest.raises(NotAllowed, match="somebody else"):
        decide(leave, actor=team.officer)


def test_refused_leave_takes_nothing(ask, decide, balance):
    leave = decide(ask(MONDAY, FRIDAY), "reject")

    assert leave.status == LeaveStatus.REFUSED
    assert balance() == Decimal("185.00")


def test_leave_on_days_already_asked_for_is_refused(ask):
    first = ask(MONDAY, FRIDAY)

    with pytest.raises(NotAllowed, match=first.reference):
        ask(FRIDAY, FRIDAY + timedelta(days=3))


def test_a_morning_and_an_afternoon_of_one_day_do_not_clash(ask):
    ask(MONDAY, ends_at_midday=True)

    afternoon = ask(MONDAY, starts_at_midday=True)

    assert afternoon.hours == Decimal("3.70")


def test_waiting_leave_counts_against_the_balance(ask):
    ask(date(2026, 7, 1), date(2026, 7, 31))

    with pytest.raises(
        NotAllowed, match=r"takes 74\.00 hours. You have 185\.00 hours left .*, and 170\.20 hours of them are waiting"
    ):
        ask(date(2026, 8, 3), date(2026, 8, 14))


def test_leave_that_takes_the_whole_balance_is_allowed(ask, decide, balance, hr):
    leave = ask(date(2026, 7, 1), date(2026, 8, 4))

    decide(leave)
    decide(leave, actor=hr)

    assert balance() == Decimal("0.00")


def test_unpaid_leave_needs_no_balance_and_hr_decides_after_the_manager(ask, decide, team, hr, balance):
    leave = ask(date(2026, 7, 1), date(2026, 12, 1), leave_type=team.unpaid)

    decide(leave)
    assert leave.status == LeaveStatus.ASKED
    decide(leave, actor=hr)

    assert leave.status == LeaveStatus.APPROVED
    assert balance() == Decimal("185.00")


def test_a_weekend_is_no_leave(ask):
    with pytest.raises(NotAllowed, match="None of these days"):
        ask(date(2026, 7, 11), date(2026, 7, 12))


def test_nobody_asks_for_somebody_elses_leave(ask, team):
    with pytest.raises(NotAllowed, match="your own leave"):
        ask(MONDAY, actor=team.colleague)


def test_withdrawn_leave_frees_its_hours_and_leaves_the_inbox(ask, team):
    leave = ask(date(2026, 7, 1), date(2026, 7, 31))

    services.withdraw_leave(actor=team.officer, request=leave)
    services.withdraw_leave(actor=team.officer, request=LeaveRequest.objects.get(pk=leave.pk))

    assert not TaskCandidate.objects.filter(task__case_id=leave.case_id).exists()
    assert ask(date(2026, 7, 1), date(2026, 7, 31)).status == LeaveStatus.ASKED


def test_leave_sent_back_is_changed_and_sent_again(ask, decide, team, balance):
    leave = decide(ask(MONDAY, FRIDAY), "send_back", note="Too many are away")
    assert leave.status == LeaveStatus.RETURNED

    services.change_leave(
        actor=team.officer,
        request=leave,
        leave_type=team.annual,
        first_on=MONDAY,
        last_on=MONDAY,
        version=leave.version,
    )
    decide(leave)

    assert leave.status == LeaveStatus.APPROVED
    assert balance() == Decimal("177.60")


def test_a_stale_page_changes_nothing(ask, decide, team):
    leave = decide(ask(MONDAY, FRIDAY), "send_back")

    with pytest.raises(Stale):
        services.change_leave(
            actor=team.officer, request=leave, leave_type=team.annual, first_on=MONDAY, last_on=MONDAY, version=1
        )


def test_cancelled_leave_gives_its_hours_back_once(ask, decide, team, balance):
    leave = decide(ask(MONDAY, FRIDAY))

    services.cancel_leave(actor=team.officer, request=leave)
    services.cancel_leave(actor=team.officer, request=leave)

    assert balance() == Decimal("185.00")
    assert LeaveRequest.objects.get(pk=leave.pk).status == LeaveStatus.CANCELLED


def test_leave_that_has_begun_is_cancelled_by_hr_only(ask, decide, team, hr, balance):
    leave = decide(ask(date(2026, 6, 1), date(2026, 6, 5)))

    with pytest.raises(NotAllowed, match="HR adviser"):
        services.cancel_leave(actor=team.officer, request=leave)
    services.cancel_leave(actor=hr, request=leave, reason="Ill instead")

    assert balance() == Decimal("185.00")


def test_an_approval_told_twice_books_once(ask, decide, team, balance):
    leave = decide(ask(MONDAY, FRIDAY))
    context = OperationContext(Case.objects.get(pk=leave.case_id), team.manager, leave.pk, {})

    leave_approved(context)

    assert balance() == Decimal("148.00")


def test_leave_across_the_years_end_books_on_both_ledgers(ask, decide, balance):
    decide(ask(date(2027, 3, 31), date(2027, 4, 1)))

    assert balance() == Decimal("177.60")
    assert balance(year_on=date(2027, 4, 1)) == Decimal("177.60")


def test_an_approval_is_refused_when_the_balance_has_shrunk_meanwhile(ask, decide, hr, team):
    leave = ask(MONDAY, FRIDAY)
    services.adjust_leave(
        actor=hr, employment=team.job, leave_type=team.annual, leave_year_on=date(2026, 4, 1),
        hours=Decimal("-160"), reason="Taken before the portal",
    )  # fmt: skip

    with pytest.raises(NotAllowed, match="The officer has 25.00 hours left"):
        decide(leave)

    leave.refresh_from_db()
    assert leave.status == LeaveStatus.ASKED


def test_the_presenter_shows_what_is_left_and_who_else_is_away(ask, decide, team):
    from shared_services.workflow.presenters import present

    services.request_leave(
        actor=team.colleague, employment=team.jobs["Colleague"], leave_type=team.annual, first_on=MONDAY, last_on=MONDAY
    )
    leave = ask(MONDAY, FRIDAY)

    shown = present(Case.objects.get(pk=leave.case_id), team.manager)

    rows = dict(shown.summary)
    assert rows["Hours"] == "37.00 hours"
    assert rows["Left"] == "185.00\xa0hours (25.0\xa0days)"
    assert rows["Waiting for approval"] == "37.00\xa0hours (5.0\xa0days)"
    assert rows["Left if approved"] == "148.00\xa0hours (20.0\xa0days)"
    assert shown.warnings == ["Also away on some of these days: Colleague."]


def test_who_sees_every_case_does_not_see_why_a_colleague_is_away(ask, team):
    from shared_services.workflow.presenters import present

    leave = ask(MONDAY, FRIDAY, note="Private")

    shown = present(Case.objects.get(pk=leave.case_id), team.administrator)

    assert "Private" not in str(shown)
    assert [label for label, _value in shown.summary] == ["Reference", "Title"]


def test_the_inbox_says_nothing_of_the_kind_of_leave(ask, team):
    leave = ask(MONDAY, FRIDAY, leave_type=team.unpaid, note="Private")

    case = Case.objects.get(pk=leave.case_id)

    assert case.title == "Leave from 6 July 2026 to 10 July 2026"
    assert "Private" not in str(case.facts)
    assert case.parts == []


def test_a_closure_day_within_leave_costs_nothing(ask, team):
    organisation.add_closure_day(actor=team.administrator, on=date(2026, 7, 8), title="Move to the new library")

    assert ask(MONDAY, FRIDAY).hours == Decimal("29.60")


def test_fewer_hours_from_next_month_rework_the_leave_already_booked(ask, decide, team, hr, balance):
    leave = decide(ask(MONDAY, FRIDAY))

    services.change_working_pattern(
        actor=hr, employment=team.job, from_on=date(2026, 7, 1), week_one=[Decimal("3.70")] * 5 + [Decimal(0)] * 2
    )

    leave.refresh_from_db()
    assert leave.hours == Decimal("18.50")
    summary = selectors.balance_of(team.job, team.annual, selectors.leave_year_of(MONDAY))
    assert summary.booked == Decimal("18.50")
    assert summary.left == balance()


def test_nobody_leaves_with_leave_booked_after_the_last_day(ask, decide, team, hr):
    leave = decide(ask(MONDAY, FRIDAY))

    with pytest.raises(NotAllowed, match=leave.reference):
        services.end_employment(actor=hr, employment=team.job, end_on=date(2026, 6, 30))


def test_asking_takes_few_queries(ask, django_assert_max_num_queries):
    ask(MONDAY)

    with django_assert_max_num_queries(25):
        ask(FRIDAY)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.tuples(
            st.integers(0, 200), st.integers(0, 14), st.booleans(), st.sampled_from(["approve", "reject", "cancel"])
        ),
        max_size=6,
    )
)
def test_whatever_is_asked_the_balance_is_the_sum_of_the_ledger_and_never_below_nothing(
    asked, ask, decide, team, balance
):
    from django.db import transaction

    with transaction.atomic():
        for start, length, half, then in asked:
            first_on = date(2026, 6, 2) + timedelta(days=start)
            try:
                with transaction.atomic():
                    leave = ask(first_on, first_on + timedelta(days=length), starts_at_midday=half)
            except NotAllowed:
                continue
            before = balance()
            decide(leave, "reject" if then == "reject" else "approve")
            if then == "cancel":
                services.cancel_leave(actor=team.officer, request=leave)
            if then != "approve":
                assert balance() == before

        year = selectors.leave_year_of(date(2026, 6, 2))
        shown = selectors.balance_of(team.job, team.annual, year)
        entries = LeaveLedgerEntry.objects.of_year(team.job, team.annual.pk, year.first_on)
        assert shown.left == sum(entries.values_list("hours", flat=True)) == balance()
        assert shown.left == shown.entitlement - shown.booked
        assert shown.left_if_approved >= 0
        lines = selectors.ledger_lines(team.job, team.annual, year)
        assert lines[-1].balance == shown.left
        transaction.set_rollback(True)
