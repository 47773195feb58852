"""Employments, working patterns and leave schemes: HR advisers keep them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from councils.organisation.selectors import council_settings
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed, Stale

from .. import rules
from ..choices import EntryKind, LeaveStatus
from ..leave_hours import LeaveYear
from ..models import Employment, LeaveBand, LeaveRequest, LeaveScheme, WorkingPattern
from .leave import work_out_days
from .ledger import locked_employment, post, post_entitlement

STATUTORY_DAYS = Decimal("28")
"""5.6 weeks of five days, bank holidays included: no scheme may give less."""
BANK_HOLIDAYS_A_YEAR = Decimal("8")
SCHEME_FIELDS = (
    "name", "extra_statutory_days", "hours_a_day", "full_time_hours", "bank_holiday_days", "carry_over_limit_days",
)  # fmt: skip
Hours = Sequence[Decimal]


@transaction.atomic
def record_employment(
    *,
    actor: OfficerCard,
    number: str,
    card_id: UUID,
    post_id: UUID,
    scheme: LeaveScheme,
    start_on: date,
    week_one: Hours,
    week_two: Hours | None = None,
    continuous_service_on: date | None = None,
) -> Employment:
    """Record that an officer is employed in a post, with his hours, and open his leave years."""
    check_may(actor, "people.manage_employments")
    _check_weeks(week_one, week_two)
    if Employment.objects.filter(number=number).exists():
        raise NotAllowed(f"An employment with the number {number} exists already. Choose another number.")
    service_on = continuous_service_on or start_on
    if service_on > start_on:
        raise NotAllowed("Continuous service cannot begin after the employment. Check the two dates.")

    employment = Employment.objects.create(
        number=number,
        card_id=card_id,
        post_id=post_id,
        scheme=scheme,
        start_on=start_on,
        continuous_service_on=service_on,
    )
    WorkingPattern.objects.create(
        employment=employment,
        from_on=start_on,
        week_one=list(week_one),
        week_two=list(week_two) if week_two else None,
    )

    record(actor, "people.employment.recorded", employment, card=str(card_id), start_on=start_on.isoformat())
    _open_leave_years(actor, employment)
    return employment


@transaction.atomic
def change_employment(
    *,
    actor: OfficerCard,
    employment: Employment,
    post_id: UUID,
    scheme: LeaveScheme,
    continuous_service_on: date,
    version: int | None = None,
) -> Employment:
    """Change an employment's post, scheme or service date; this leave year's entitlement is worked out again."""
    check_may(actor, "people.manage_employments")
    employment = locked_employment(employment.pk)
    rules.check_not_own(actor, employment)
    rules.check_version(employment, version)
    if continuous_service_on > employment.start_on:
        raise NotAllowed("Continuous service cannot begin after the employment. Check the two dates.")

    before = values_of(employment, ("post", "scheme", "continuous_service_on"))
    employment.post_id = post_id
    employment.scheme = scheme
    employment.continuous_service_on = continuous_service_on
    employment.version += 1
    employment.save()

    record(
        actor,
        "people.employment.changed",
        employment,
        changes=changes_between(before, employment),
    )
    _open_leave_years(actor, employment)
    return employment


@transaction.atomic
def change_working_pattern(
    *,
    actor: OfficerCard,
    employment: Employment,
    from_on: date,
    week_one: Hours,
    week_two: Hours | None = None,
    version: int | None = None,
) -> WorkingPattern:
    """Give an officer other hours from a day on; entitlement and leave already booked are worked out again."""
    check_may(actor, "people.manage_employments")
    _check_weeks(week_one, week_two)
    employment = locked_employment(employment.pk)
    rules.check_not_own(actor, employment)
    rules.check_version(employment, version)
    if from_on < employment.start_on:
        raise NotAllowed(f"The employment starts on {employment.start_on:%-d %B %Y}. Choose a later day.")

    pattern, _created = WorkingPattern.objects.update_or_create(
        employment=employment,
        from_on=from_on,
        defaults={"week_one": list(week_one), "week_two": list(week_two) if week_two else None},
    )
    employment.version += 1
    employment.save(update_fields=["version"])

    record(
        actor,
        "people.working_pattern.changed",
        employment,
        from_on=from_on.isoformat(),
        contracted_hours=str(pattern.contracted_hours),
    )
    _open_leave_years(actor, employment)
    rework_booked_leave(actor=actor, employment=employment, from_on=from_on)
    return pattern


@transaction.atomic
def end_employment(
    *, actor: OfficerCard, employment: Employment, end_on: date, version: int | None = None
) -> Employment:
    """Record an officer's last day; his entitlement shrinks to the days employed.

    Raises NotAllowed while leave after that day is still booked.
    """
    check_may(actor, "people.manage_employments")
    employment = locked_employment(employment.pk)
    if employment.end_on == end_on:
        return employment
    rules.check_not_own(actor, employment)
    rules.check_version(employment, version)
    if end_on < employment.start_on:
        raise NotAllowed(f"The last day cannot be before the first: {employment.start_on:%-d %B %Y}.")
    later = LeaveRequest.objects.live().filter(employment=employment, last_on__gt=end_on).first()
    if later is not None:
        raise NotAllowed(
            f"Leave {later.reference} runs to {later.last_on:%-d %B %Y}, after the last day. Cancel or refuse it first."
        )

    employment.end_on = end_on
    employment.version += 1
    employment.save(update_fields=["end_on", "version"])

    record(actor, "people.employment.ended", employment, end_on=end_on.isoformat())
    _open_leave_years(actor, employment)
    return employment


def rework_booked_leave(*, actor: OfficerCard | None, employment: Employment, from_on: date) -> int:
    """Work out again the hours of leave that is waiting or booked after a day; returns how many changed.

    Used when hours or bank holidays change after leave was booked: the ledger gets the difference.
    """
    changed = 0
    requests = LeaveRequest.objects.live().filter(employment=employment, last_on__gte=from_on)
    for request in requests.select_related("leave_type").select_for_update(of=("self",)):
        asked = work_out_days(
            employment,
            first_on=request.first_on,
            last_on=request.last_on,
            starts_at_midday=request.starts_at_midday,
            ends_at_midday=request.ends_at_midday,
        )
        wanted = {year.isoformat(): str(hours) for year, hours in asked.by_year.items()}
        if wanted == request.hours_by_year:
            continue
        if request.status == LeaveStatus.APPROVED and request.leave_type.uses_balance:
            for year in sorted(wanted.keys() | request.hours_by_year.keys()):
                difference = Decimal(request.hours_by_year.get(year, 0)) - Decimal(wanted.get(year, 0))
                if difference:
                    post(
                        employment=employment,
                        leave_type_id=request.leave_type_id,
                        leave_year_on=date.fromisoformat(year),
                        kind=EntryKind.BOOKING,
                        hours=difference,
                        on=request.first_on,
                        source=f"request:{request.pk}:reworked:{request.version}:{year}",
                        reason=f"{request.reference} worked out again",
                        actor=actor,
                    )
        request.hours, request.hours_by_year = asked.hours, wanted
        request.version += 1
        request.save(update_fields=["hours", "hours_by_year", "version"])
        changed += 1
    if changed:
        record(actor, "people.leave.reworked", employment, requests=changed, from_on=from_on.isoformat())
    return changed


@transaction.atomic
def save_leave_scheme(
    *,
    actor: OfficerCard,
    scheme: LeaveScheme | None,
    name: str,
    bands: Sequence[tuple[int, Decimal]],
    extra_statutory_days: Decimal,
    hours_a_day: Decimal,
    full_time_hours: Decimal,
    bank_holiday_days: Decimal | None,
    carry_over_limit_days: Decimal,
    version: int | None = None,
) -> LeaveScheme:
    """Add a leave scheme or change one; everyone in it gets this leave year's entitlement worked out again."""
    check_may(actor, "people.manage_employments")
    bands = sorted(bands)
    if not bands or bands[0][0] != 0:
        raise NotAllowed("Enter the days of leave from the start of employment (0 years of service).")
    if len({years for years, _days in bands}) != len(bands):
        raise NotAllowed("Two lines have the same years of service. Keep one of them.")
    holidays = BANK_HOLIDAYS_A_YEAR if bank_holiday_days is None else bank_holiday_days
    least = min(days for _years, days in bands) + extra_statutory_days + holidays
    if least < STATUTORY_DAYS:
        raise NotAllowed(
            f"With bank holidays this gives {least} days a year. The law asks for at least {STATUTORY_DAYS} (5.6 weeks)."
        )
    others = LeaveScheme.objects.exclude(pk=scheme.pk) if scheme else LeaveScheme.objects.all()
    if others.filter(name=name).exists():
        raise NotAllowed(f"A scheme called {name} exists already. Choose another name.")

    if scheme is None:
        scheme = LeaveScheme(name=name, version=0)
    else:
        scheme = LeaveScheme.objects.select_for_update().get(pk=scheme.pk)
        if version is not None and scheme.version != version:
            raise Stale
    before = values_of(scheme, SCHEME_FIELDS) if scheme.version else {}
    scheme.name = name
    scheme.extra_statutory_days = extra_statutory_days
    scheme.hours_a_day, scheme.full_time_hours = hours_a_day, full_time_hours
    scheme.bank_holiday_days, scheme.carry_over_limit_days = bank_holiday_days, carry_over_limit_days
    scheme.version += 1
    scheme.save()
    scheme.bands.all().delete()
    LeaveBand.objects.bulk_create(LeaveBand(scheme=scheme, from_years=years, days=days) for years, days in bands)

    record(
        actor,
        "people.leave_scheme.saved",
        scheme,
        name=name,
        bands=[[years, str(days)] for years, days in bands],
        changes=changes_between(before, scheme),
    )
    for employment in Employment.objects.current(on=localdate()).filter(scheme=scheme):
        _open_leave_years(actor, employment)
    return scheme


def _open_leave_years(actor: OfficerCard, employment: Employment) -> None:
    """Bring this and the next leave year's entitlement up to date, and the first year's of a later start."""
    settings = council_settings()
    year = LeaveYear.of(
        max(localdate(), employment.start_on),
        month=settings.leave_year_start_month,
        day=settings.leave_year_start_day,
    )
    post_entitlement(actor=actor, employment=employment, year=year)
    post_entitlement(actor=actor, employment=employment, year=year.next)


def _check_weeks(week_one: Hours, week_two: Hours | None) -> None:
    for week in (week_one, week_two):
        if week is None:
            continue
        if len(week) != 7 or any(not 0 <= hours <= 24 for hours in week):
            raise NotAllowed("Enter the hours of each of the seven weekdays, from 0 to 24.")
    if not sum(week_one, Decimal(0)) + sum(week_two or (), Decimal(0)):
        raise NotAllowed("Enter the hours of at least one weekday.")
