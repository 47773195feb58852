"""Employments, entitlement on the ledger, adjustments, schemes, and the turn of the leave year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from councils.people import services
from councils.people.leave_hours import LeaveYear
from councils.people.models import LeaveLedgerEntry, LeaveScheme
from councils.people.tasks import open_leave_years
from shared_services.tenancy.errors import NotAllowed

from .conftest import FULL_TIME, THIS_YEAR

pytestmark = pytest.mark.usefixtures("inside")
HALF_TIME = [Decimal("7.40")] * 2 + [Decimal("3.70")] + [Decimal("0.00")] * 4


def test_recording_an_employment_opens_this_leave_year_and_the_next(balance):
    assert balance() == Decimal("185.00")
    assert balance(year_on=date(2027, 4, 1)) == Decimal("185.00")


def test_working_out_the_entitlement_again_posts_nothing(team, balance):
    year = LeaveYear.of(THIS_YEAR)
    entries = LeaveLedgerEntry.objects.count()

    assert services.post_entitlement(actor=None, employment=team.job, year=year) == Decimal("0.00")
    assert LeaveLedgerEntry.objects.count() == entries


def test_going_half_time_posts_the_difference_and_keeps_what_was_posted(team, hr, balance):
    services.change_working_pattern(actor=hr, employment=team.job, from_on=date(2026, 10, 1), week_one=HALF_TIME)

    # 25 days x 7.4 x (183 + 182 / 2) / 365 = 138.88; bank holidays: allowance 7.4 x (5 + 5 / 2), two of the
    # five after October fall on Mondays (28 December, 29 March) beside the five before.
    entitlement = LeaveLedgerEntry.objects.of_year(team.job, team.annual.pk, THIS_YEAR).filter(kind="entitlement")
    assert [entry.hours for entry in entitlement] == [Decimal("185.00"), Decimal("-46.12")]
    assert balance() == Decimal("138.88") + Decimal("55.50") - Decimal("51.80")


def test_a_leaver_keeps_only_the_share_of_the_days_employed(team, hr, balance):
    services.end_employment(actor=hr, employment=team.job, end_on=date(2026, 6, 30))

    # 91 of 365 days x 25 = 6.23, upwards 6.5 days.
    assert balance() == Decimal("48.10")
    assert balance(year_on=date(2027, 4, 1)) == Decimal("0.00")


def test_an_adjustment_needs_a_reason_and_posts_once_a_key(team, hr, balance):
    answers = {
        "actor": hr, "employment": team.job, "leave_type": team.annual, "leave_year_on": THIS_YEAR, "hours": Decimal("7.40")
    }  # fmt: skip
    with pytest.raises(NotAllowed, match="reason"):
        services.adjust_leave(**answers, reason=" ")

    services.adjust_leave(**answers, reason="Long service", key="one")
    services.adjust_leave(**answers, reason="Long service", key="one")

    assert balance() == Decimal("192.40")


def test_hr_never_adjusts_its_own_leave(team, hr):
    job = services.record_employment(
        actor=hr, number="E9", card_id=hr.pk, post_id=team.job.post_id, scheme=team.job.scheme,
        start_on=date(2025, 3, 3), week_one=FULL_TIME,
    )  # fmt: skip

    with pytest.raises(NotAllowed, match="your own leave"):
        services.adjust_leave(
            actor=hr, employment=job, leave_type=team.annual, leave_year_on=THIS_YEAR, hours=Decimal(1), reason="Mine"
        )


def test_only_hr_records_employments(team):
    with pytest.raises(NotAllowed, match="change employments"):
        services.end_employment(actor=team.manager, employment=team.job, end_on=date(2026, 6, 30))


def test_a_scheme_below_the_statutory_weeks_is_refused(team, hr):
    scheme = LeaveScheme.objects.get(name="Green Book")

    with pytest.raises(NotAllowed, match="at least 28"):
        services.save_leave_scheme(
            actor=hr, scheme=scheme, name="Green Book", bands=[(0, Decimal("15"))], extra_statutory_days=Decimal("2"),
            hours_a_day=Decimal("7.4"), full_time_hours=Decimal("37"), bank_holiday_days=None,
            carry_over_limit_days=Decimal("5"),
        )  # fmt: skip


def test_a_better_scheme_gives_everyone_in_it_the_difference(team, hr, balance):
    services.save_leave_scheme(
        actor=hr, scheme=LeaveScheme.objects.get(name="Green Book"), name="Green Book and one",
        bands=[(5, Decimal("28")), (0, Decimal("24"))], extra_statutory_days=Decimal("2"), hours_a_day=Decimal("7.4"),
        full_time_hours=Decimal("37"), bank_holiday_days=None, carry_over_limit_days=Decimal("5"),
    )  # fmt: skip

    assert balance() == Decimal("192.40")
    assert balance(job=team.jobs["Manager"]) == Decimal("192.40")


def test_the_new_leave_year_takes_over_at_most_five_days_and_only_once(team, balance):
    with time_machine.travel("2027-04-02T03:00:00Z", tick=True):
        open_leave_years()
        open_leave_years()

    assert balance() == Decimal("148.00")
    assert balance(year_on=date(2027, 4, 1)) == Decimal("222.00")
    assert balance(year_on=date(2028, 4, 1)) == Decimal("185.00")


def test_the_ledger_takes_no_change(team):
    from django.db import DatabaseError, transaction

    entry = LeaveLedgerEntry.objects.filter(employment=team.job).first()
    with pytest.raises(DatabaseError), transaction.atomic():
        LeaveLedgerEntry.objects.filter(pk=entry.pk).update(hours=1000)
