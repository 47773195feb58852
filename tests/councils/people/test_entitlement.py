"""Entitlement worked out by hand and by the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from councils.people.entitlement import Entitlement, SchemeTerms, anniversary, work_out_entitlement
from councils.people.leave_hours import LeaveYear, by_leave_year, leave_days
from councils.people.models import WorkingPattern

YEAR = LeaveYear(date(2026, 4, 1), date(2027, 3, 31))
FULL_TIME = [Decimal("7.40")] * 5 + [Decimal(0)] * 2
GREEN_BOOK = SchemeTerms(
    bands=((0, Decimal("23")), (5, Decimal("26"))),
    extra_statutory_days=Decimal("2"),
    hours_a_day=Decimal("7.40"),
    full_time_hours=Decimal("37.00"),
)
EIGHT_FIXED = SchemeTerms(
    **{**{f: getattr(GREEN_BOOK, f) for f in GREEN_BOOK.__slots__}, "bank_holiday_days": Decimal(8)}
)
HOLIDAYS = [
    date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31),
    date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29),
]  # fmt: skip
"""England and Wales between 1 April 2026 and 31 March 2027: ten, because two Easters fall in."""


@dataclass
class Hours:
    """A pattern without a database."""

    from_on: date
    week_one: list[Decimal]
    week_two: list[Decimal] | None = None

    contracted_hours = WorkingPattern.contracted_hours
    hours_on = WorkingPattern.hours_on


def week(*days: str) -> list[Decimal]:
    return [Decimal(day) for day in days]


def entitled(
    *,
    year: LeaveYear = YEAR,
    start_on: date = date(2020, 1, 6),
    end_on: date | None = None,
    service_on: date | None = None,
    patterns: list[Hours] | None = None,
    terms: SchemeTerms = GREEN_BOOK,
    holidays: list[date] = HOLIDAYS,
) -> Entitlement:
    return work_out_entitlement(
        year=year,
        start_on=start_on,
        end_on=end_on,
        continuous_service_on=service_on or start_on,
        patterns=patterns or [Hours(start_on, FULL_TIME)],
        terms=terms,
        bank_holidays=holidays,
    )


def test_a_full_time_officer_with_a_year_of_service_has_25_days():
    answer = entitled(start_on=date(2025, 3, 3))

    assert answer.days == Decimal("25")
    assert answer.annual_hours == Decimal("185.00")


def test_after_five_years_a_full_time_officer_has_28_days():
    answer = entitled(start_on=date(2020, 1, 6))

    assert answer.days == Decimal("28")
    assert answer.annual_hours == Decimal("207.20")


def test_service_with_another_council_counts_although_the_employment_is_new():
    answer = entitled(start_on=date(2026, 3, 2), service_on=date(2015, 9, 1))

    assert answer.annual_hours == Decimal("207.20")


def test_bank_holidays_cost_a_full_time_officer_nothing_and_give_nothing():
    answer = entitled()

    assert answer.bank_holiday_allowance_hours == Decimal("74.00")
    assert answer.bank_holiday_hours == Decimal("74.00")
    assert answer.hours == answer.annual_hours


def test_eight_bank_holidays_of_three_fifths_of_a_week_are_35_52_hours():
    # 8 x 7.4 x 0.6 = 35.52 (Green Book 7.1)
    monday_to_wednesday = [Hours(date(2025, 3, 3), week("7.4", "7.4", "7.4", "0", "0", "0", "0"))]
    answer = entitled(start_on=date(2025, 3, 3), patterns=monday_to_wednesday, terms=EIGHT_FIXED)

    assert answer.bank_holiday_allowance_hours == Decimal("35.52")
    assert answer.annual_hours == Decimal("111.00")


def test_a_part_time_officer_who_works_mondays_gives_back_the_bank_holidays_that_fall_on_them():
    # Five of the ten fall on a Monday (6 April, 4 and 25 May, 31 August, 28 December) and 29 March 2027 makes six.
    mondays = [Hours(date(2025, 3, 3), week("7.4", "7.4", "7.4", "0", "0", "0", "0"))]
    answer = entitled(start_on=date(2025, 3, 3), patterns=mondays)

    assert answer.bank_holiday_allowance_hours == Decimal("44.40")
    assert answer.bank_holiday_hours == Decimal("44.40")


def test_a_part_time_officer_who_never_works_mondays_keeps_more_of_the_allowance():
    # Good Friday twice, Christmas Day and New Year's Day are Fridays: 4 x 7.4 of 44.4 hours.
    wednesday_to_friday = [Hours(date(2025, 3, 3), week("0", "0", "7.4", "7.4", "7.4", "0", "0"))]
    answer = entitled(start_on=date(2025, 3, 3), patterns=wednesday_to_friday)

    assert answer.bank_holiday_hours == Decimal("29.60")
    assert answer.hours == Decimal("125.80")


def test_a_joiner_on_1_october_has_12_and_a_half_of_25_days():
    # 182 of 365 days x 25 = 12.47, rounded up to half a day.
    answer = entitled(start_on=date(2026, 10, 1))

    assert answer.days == Decimal("12.5")
    assert answer.annual_hours == Decimal("92.50")


def test_a_leaver_on_30_june_has_7_days_of_28():
    # 91 of 365 days x 28 = 6.98, rounded up.
    answer = entitled(end_on=date(2026, 6, 30))

    assert answer.days == Decimal("7.0")
    assert answer.annual_hours == Decimal("51.80")
    assert answer.bank_holiday_allowance_hours == Decimal("29.60")


def test_a_joiner_gets_only_the_bank_holidays_after_the_first_day():
    answer = entitled(start_on=date(2026, 10, 1))

    assert answer.bank_holiday_allowance_hours == Decimal("37.00")
    assert answer.bank_holiday_hours == Decimal("37.00")


def test_going_half_time_in_mid_year_halves_the_second_half_only():
    # 183 days at 1.0 and 182 at 0.5: 28 x 7.4 x (183 + 91) / 365 = 155.5419..., upwards 155.55
    patterns = [
        Hours(date(2020, 1, 6), FULL_TIME),
        Hours(date(2026, 10, 1), week("3.7", "3.7", "3.7", "3.7", "3.7", "0", "0")),
    ]
    answer = entitled(patterns=patterns)

    assert answer.days == Decimal("28")
    assert answer.annual_hours == Decimal("155.55")
    assert len(answer.stretches) == 2


def test_the_fifth_anniversary_in_mid_year_gives_part_of_the_higher_band():
    # 2 October 2026: 184 days of 25 and 181 of 28 = 26.49, rounded up to 26.5 days.
    answer = entitled(start_on=date(2021, 10, 2))

    assert answer.days == Decimal("26.5")
    assert answer.annual_hours == Decimal("196.10")


def test_a_nine_day_fortnight_is_full_time():
    fortnight = [
        Hours(
            date(2025, 3, 3),
            week("8.25", "8.25", "8.25", "8.25", "8", "0", "0"),
            week("8.25", "8.25", "8.25", "8.25", "0", "0", "0"),
        )
    ]
    answer = entitled(start_on=date(2025, 3, 3), patterns=fortnight)

    assert fortnight[0].contracted_hours == Decimal("37")
    assert answer.annual_hours == Decimal("185.00")


def test_nobody_is_entitled_before_starting_or_after_leaving():
    assert entitled(start_on=date(2027, 4, 1)).hours == 0
    assert entitled(end_on=date(2026, 3, 31)).hours == 0


def test_a_birthday_leave_year_starts_where_the_council_says():
    year = LeaveYear.of(date(2026, 1, 15), month=10, day=5)

    assert (year.first_on, year.last_on) == (date(2025, 10, 5), date(2026, 10, 4))
    assert year.next.first_on == date(2026, 10, 5)
    assert year.previous.last_on == date(2025, 10, 4)


def test_29_february_comes_of_age_on_1_march():
    assert anniversary(date(2024, 2, 29), 5) == date(2029, 3, 1)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_week_with_a_bank_holiday_takes_four_days():
    days = leave_days(
        [Hours(date(2020, 1, 6), FULL_TIME)],
        first_on=date(2026, 8, 31),
        last_on=date(2026, 9, 6),
        days_off=set(HOLIDAYS),
    )

    assert sum(day.hours for day in days) == Decimal("29.60")
    assert days[0].free_because == "Bank holiday or closure day"
    assert days[6].free_because == "Not a working day"


def test_leave_from_midday_to_midday_takes_two_halves():
    days = leave_days(
        [Hours(date(2020, 1, 6), FULL_TIME)],
        first_on=date(2026, 9, 1),
        last_on=date(2026, 9, 3),
        starts_at_midday=True,
        ends_at_midday=True,
    )

    assert [day.hours for day in days] == [Decimal("3.70"), Decimal("7.40"), Decimal("3.70")]


def test_leave_across_the_years_end_draws_on_two_balances():
    days = leave_days([Hours(date(2020, 1, 6), FULL_TIME)], first_on=date(2027, 3, 31), last_on=date(2027, 4, 1))

    assert by_leave_year(days, month=4, day=1) == {
        date(2026, 4, 1): Decimal("7.40"),
        date(2027, 4, 1): Decimal("7.40"),
    }


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 9, 7), "8"), (date(2026, 9, 14), "4"), (date(2026, 9, 21), "8")])
def test_the_week_a_pattern_begins_in_is_week_one(on, hours):
    pattern = Hours(date(2026, 9, 9), week("8", "0", "0", "0", "0", "0", "0"), week("4", "0", "0", "0", "0", "0", "0"))

    assert pattern.hours_on(on) == Decimal(hours)


@given(
    start=st.dates(date(2015, 1, 1), date(2027, 3, 31)),
    length=st.integers(0, 4000),
    hours=st.lists(st.decimals("0", "12", places=2), min_size=5, max_size=5),
)
def test_part_of_a_year_never_gives_more_than_half_a_day_over_the_whole_year(start, length, hours):
    pattern = [Hours(start, [*hours, Decimal(0), Decimal(0)])]
    part = entitled(
        start_on=start, service_on=date(2010, 1, 1), end_on=start + timedelta(days=length), patterns=pattern
    )
    whole = entitled(start_on=date(2010, 1, 1), patterns=[Hours(date(2010, 1, 1), pattern[0].week_one)])

    assert Decimal(0) <= part.days <= whole.days
    assert Decimal(0) <= part.annual_hours <= whole.annual_hours + Decimal("0.01")


@given(turn=st.dates(date(2026, 4, 2), date(2027, 3, 31)))
def test_a_change_of_hours_to_the_same_hours_changes_nothing(turn):
    same = [Hours(date(2020, 1, 6), FULL_TIME), Hours(turn, FULL_TIME)]

    assert entitled(patterns=same).hours == entitled().hours
