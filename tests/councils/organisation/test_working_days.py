"""The two calendars."""

from __future__ import annotations

from datetime import date

import pytest

from councils.organisation import services
from councils.organisation.working_days import (
    bank_holidays,
    people_working_days,
    procurement_period_end,
    procurement_working_days,
)


@pytest.fixture(autouse=True)
def _inside(inside):
    return


@pytest.mark.parametrize(
    ("published", "ends"),
    [
        (date(2026, 11, 2), date(2026, 11, 11)),
        (date(2026, 11, 23), date(2026, 12, 3)),
        (date(2026, 12, 18), date(2026, 12, 31)),
    ],
)
def test_a_standstill_of_eight_working_days_begins_with_the_day_of_the_notice(published, ends):
    assert procurement_period_end(published, 8) == ends


def test_procurement_skips_bank_holidays_of_any_part_of_the_kingdom_and_people_only_their_own():
    # Monday 13 July 2026 is a holiday in Northern Ireland only.
    assert procurement_working_days(date(2026, 7, 13), date(2026, 7, 17)) == 4
    assert people_working_days(date(2026, 7, 13), date(2026, 7, 17)) == 5


def test_a_closure_day_is_no_working_day_for_people(administrator):
    services.add_closure_day(actor=administrator, on=date(2027, 12, 24), title="Christmas closure")

    assert people_working_days(date(2027, 12, 20), date(2027, 12, 24)) == 4


def test_england_and_wales_have_ten_bank_holidays_in_the_leave_year_2026():
    days = [on for on in bank_holidays() if date(2026, 4, 1) <= on <= date(2027, 3, 31)]

    assert len(days) == 10
