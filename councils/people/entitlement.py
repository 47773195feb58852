"""How much leave an officer has in one leave year, worked out in hours (Green Book part 2, paragraph 7).

Days come from the scheme's band for the years of continuous service, plus the extra statutory days. Part of a
year counts by its days, rounded up to half a day as GOV.UK does. Days become hours at the scheme's hours a day
and the officer's share of a full-time week. Bank holidays are an allowance in hours at that same share, less
the hours of those that fall on his working days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from .leave_hours import LeaveYear, Pattern, hours_on, pattern_on


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """The numbers of a leave scheme; `bands` are (years of service, days)."""

    bands: tuple[tuple[int, Decimal], ...]
    extra_statutory_days: Decimal
    hours_a_day: Decimal
    full_time_hours: Decimal
    bank_holiday_days: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a leave year in which neither band nor hours change."""

    first_on: date
    last_on: date
    days_a_year: Decimal
    share: Fraction
    """Of a full-time week."""

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def percent(self) -> str:
        """The share of a full-time week as a percentage with at most two places."""
        return f"{float(self.share) * 100:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The answer, with the stretches it was worked out from so that anyone can follow it."""

    year: LeaveYear
    stretches: tuple[Stretch, ...]
    days: Decimal
    annual_hours: Decimal
    bank_holiday_allowance_hours: Decimal
    bank_holiday_hours: Decimal
    """Hours of the bank holidays on working days: these come off."""

    @property
    def hours(self) -> Decimal:
        return self.annual_hours + self.bank_holiday_allowance_hours - self.bank_holiday_hours


def anniversary(start: date, years: int) -> date:
    """The day on which a number of years is complete; 29 February counts on 1 March."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def days_a_year(terms: SchemeTerms, service_on: date, on: date) -> Decimal:
    """Days of the band that an officer has reached on a day, with the extra statutory days."""
    reached = [days for years, days in terms.bands if anniversary(service_on, years) <= on]
    return (reached[-1] if reached else terms.bands[0][1]) + terms.extra_statutory_days


def _upwards(value: Fraction, step: Fraction) -> Decimal:
    """The next multiple of a step, in the officer's favour; exact, so that a whole number stays whole."""
    multiple = -(-value // step)
    return Decimal(multiple * step.numerator) / Decimal(step.denominator)


def _stretches(
    year: LeaveYear,
    first_on: date,
    last_on: date,
    service_on: date,
    patterns: Sequence[Pattern],
    terms: SchemeTerms,
) -> tuple[Stretch, ...]:
    turns = {pattern.from_on for pattern in patterns}
    turns |= {anniversary(service_on, years) for years, _days in terms.bands}
    starts = [first_on, *sorted(turn for turn in turns if first_on < turn <= last_on)]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [last_on]
    found = []
    for start, end in zip(starts, ends, strict=True):
        pattern = pattern_on(patterns, start)
        weekly = pattern.contracted_hours if pattern else Decimal(0)
        share = Fraction(weekly) / Fraction(terms.full_time_hours)
        found.append(Stretch(start, end, days_a_year(terms, service_on, start), share))
    return tuple(found)


def work_out_entitlement(
    *,
    year: LeaveYear,
    start_on: date,
    end_on: date | None,
    continuous_service_on: date,
    patterns: Sequence[Pattern],
    terms: SchemeTerms,
    bank_holidays: Iterable[date],
) -> Entitlement:
    """An officer's entitlement in one leave year, from first principles."""
    first_on = max(year.first_on, start_on)
    last_on = min(year.last_on, end_on or year.last_on)
    nothing = Decimal("0.00")
    if first_on > last_on:
        return Entitlement(year, (), nothing, nothing, nothing, nothing)

    stretches = _stretches(year, first_on, last_on, continuous_service_on, patterns, terms)
    exact_days = sum((Fraction(s.days_a_year) * s.days / year.days for s in stretches), Fraction(0))
    days = _rounded_days(year, stretches, exact_days)
    rounding = Fraction(days) / exact_days if exact_days else Fraction(0)
    exact_hours = sum(
        (Fraction(s.days_a_year) * s.days / year.days * Fraction(terms.hours_a_day) * s.share for s in stretches),
        Fraction(0),
    )
    penny = Fraction(1, 100)
    holidays = [on for on in bank_holidays if first_on <= on <= last_on]
    return Entitlement(
        year=year,
        stretches=stretches,
        days=days,
        annual_hours=_upwards(exact_hours * rounding, penny).quantize(Decimal("0.01"), ROUND_CEILING),
        bank_holiday_allowance_hours=_upwards(_allowance(year, stretches, terms, holidays), penny).quantize(
            Decimal("0.01")
        ),
        bank_holiday_hours=sum((hours_on(patterns, on) for on in holidays), nothing),
    )


def _rounded_days(year: LeaveYear, stretches: Sequence[Stretch], exact_days: Fraction) -> Decimal:
    """A whole year in one band is the band itself; anything else is rounded up to half a day."""
    bands = {s.days_a_year for s in stretches}
    if len(bands) == 1 and sum(s.days for s in stretches) == year.days:
        return bands.pop()
    return _upwards(exact_days, Fraction(1, 2))


def _allowance(year: LeaveYear, stretches: Sequence[Stretch], terms: SchemeTerms, holidays: Sequence[date]) -> Fraction:
    """Bank holidays in hours at the officer's share: a fixed number a year by days, or each one as it falls."""
    a_day = Fraction(terms.hours_a_day)
    if terms.bank_holiday_days is not None:
        fixed = Fraction(terms.bank_holiday_days)
        return sum((fixed * s.days / year.days * a_day * s.share for s in stretches), Fraction(0))
    return sum((a_day * s.share for s in stretches for on in holidays if s.first_on <= on <= s.last_on), Fraction(0))
