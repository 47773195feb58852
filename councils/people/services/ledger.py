"""Posting to the leave ledger: entitlement, carry-over and adjustments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.timezone import localdate

from councils.organisation.selectors import council_settings
from councils.organisation.working_days import bank_holidays
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.errors import NotAllowed

from ..choices import ANNUAL_LEAVE, EntryKind
from ..entitlement import Entitlement, SchemeTerms, work_out_entitlement
from ..leave_hours import LeaveYear
from ..models import Employment, LeaveLedgerEntry, LeaveScheme, LeaveType


def locked_employment(employment_id: UUID) -> Employment:
    """The employment, held until the transaction ends: every change of its leave waits its turn here."""
    return Employment.objects.select_for_update().get(pk=employment_id)


def post(
    *,
    employment: Employment,
    leave_type_id: UUID,
    leave_year_on: date,
    kind: EntryKind,
    hours: Decimal,
    on: date,
    source: str,
    reason: str = "",
    actor: OfficerCard | None = None,
) -> LeaveLedgerEntry:
    """Add one entry to the ledger."""
    return LeaveLedgerEntry.objects.create(
        employment=employment,
        leave_type_id=leave_type_id,
        leave_year_on=leave_year_on,
        kind=kind,
        hours=hours,
        on=on,
        source=source,
        reason=reason,
        posted_by_id=actor.pk if actor else None,
    )


def scheme_terms(scheme: LeaveScheme) -> SchemeTerms:
    return SchemeTerms(
        bands=tuple(scheme.bands.values_list("from_years", "days")),
        extra_statutory_days=scheme.extra_statutory_days,
        hours_a_day=scheme.hours_a_day,
        full_time_hours=scheme.full_time_hours,
        bank_holiday_days=scheme.bank_holiday_days,
    )


def entitlement_of(employment: Employment, year: LeaveYear, *, division: str | None = None) -> Entitlement:
    """The employment's entitlement in a leave year, worked out afresh from contract, pattern and scheme."""
    division = division or council_settings().bank_holiday_division
    return work_out_entitlement(
        year=year,
        start_on=employment.start_on,
        end_on=employment.end_on,
        continuous_service_on=employment.continuous_service_on,
        patterns=list(employment.patterns.all()),
        terms=scheme_terms(employment.scheme),
        bank_holidays=bank_holidays(division),
    )


@transaction.atomic
def post_entitlement(*, actor: OfficerCard | None, employment: Employment, year: LeaveYear) -> Decimal:
    """Bring the ledger's entitlement of a leave year to what it should be; returns the hours posted.

    Only the difference is posted, so running it again posts nothing, and after a change of hours, scheme or
    last day it posts the correction. `actor` is None when the portal does it by itself.
    """
    employment = locked_employment(employment.pk)
    annual = LeaveType.objects.get(key=ANNUAL_LEAVE)
    answer = entitlement_of(employment, year)
    wanted = {
        EntryKind.ENTITLEMENT: answer.annual_hours,
        EntryKind.BANK_HOLIDAY_ALLOWANCE: answer.bank_holiday_allowance_hours,
        EntryKind.BANK_HOLIDAY: -answer.bank_holiday_hours,
    }
    ledger = LeaveLedgerEntry.objects.of_year(employment, annual.pk, year.first_on).filter(kind__in=wanted)
    totals = ledger.order_by().values_list("kind").annotate(hours=Sum("hours"), entries=Count("pk"))
    posted: dict[str, tuple[Decimal, int]] = {kind: (hours, entries) for kind, hours, entries in totals}
    changes: dict[str, Decimal] = {}
    for kind, hours in wanted.items():
        hours_before, entries_before = posted.get(kind, (Decimal("0.00"), 0))
        difference = hours - hours_before
        if not difference:
            continue
        post(
            employment=employment,
            leave_type_id=annual.pk,
            leave_year_on=year.first_on,
            kind=kind,
            hours=difference,
            on=max(year.first_on, employment.start_on) if not entries_before else localdate(),
            source=f"{kind}:{year.first_on}:{entries_before + 1}",
            reason="Worked out again" if entries_before else "",
            actor=actor,
        )
        changes[kind] = difference
    if changes:
        facts: dict[str, Any] = {kind: str(hours) for kind, hours in changes.items()}
        record(actor, "people.entitlement.posted", employment, leave_year_on=year.first_on.isoformat(), **facts)
    return sum(changes.values(), Decimal("0.00"))


@transaction.atomic
def adjust_leave(
    *,
    actor: OfficerCard,
    employment: Employment,
    leave_type: LeaveType,
    leave_year_on: date,
    hours: Decimal,
    reason: str,
    key: str = "",
) -> LeaveLedgerEntry:
    """Add to or take from a balance, with a reason; HR advisers may, but never on their own leave.

    With the same `key` a second call returns the first entry.
    """
    check_may(actor, "people.adjust_leave")
    if employment.card_id == actor.pk:
        raise NotAllowed("You cannot adjust your own leave. Ask another HR adviser.")
    if not hours:
        raise NotAllowed("Enter the hours to add, or a minus sign and the hours to take away.")
    if not reason.strip():
        raise NotAllowed("Enter the reason: the officer and the auditor will read it.")
    employment = locked_employment(employment.pk)
    source = f"adjustment:{key or new_key()}"
    known = LeaveLedgerEntry.objects.filter(employment=employment, source=source).first()
    if known is not None:
        return known

    entry = post(
        employment=employment,
        leave_type_id=leave_type.pk,
        leave_year_on=leave_year_on,
        kind=EntryKind.ADJUSTMENT,
        hours=hours,
        on=localdate(),
        source=source,
        reason=reason.strip(),
        actor=actor,
    )

    record(
        actor,
        "people.leave.adjusted",
        employment,
        hours=str(hours),
        leave_type=leave_type.key,
        leave_year_on=leave_year_on.isoformat(),
        entry=str(entry.pk),
    )
    return entry


@transaction.atomic
def carry_over(*, actor: OfficerCard | None, employment: Employment, from_year: LeaveYear) -> Decimal:
    """Move what is left of a finished leave year into the next, up to the scheme's limit; once a year.

    Leave taken beyond the entitlement is carried over whole. Returns the hours carried.
    """
    employment = locked_employment(employment.pk)
    annual = LeaveType.objects.get(key=ANNUAL_LEAVE)
    source = f"carry_over:{from_year.first_on}"
    if LeaveLedgerEntry.objects.filter(employment=employment, source=f"{source}:out").exists():
        return Decimal("0.00")
    left = LeaveLedgerEntry.objects.of_year(employment, annual.pk, from_year.first_on).balance()
    limit = _carry_over_limit(employment, from_year.last_on)
    carried = min(left, limit)
    if not carried or (employment.end_on and employment.end_on <= from_year.last_on):
        return Decimal("0.00")

    for year_on, hours, way in (
        (from_year.first_on, -carried, "out"),
        (from_year.next.first_on, carried, "in"),
    ):
        post(
            employment=employment,
            leave_type_id=annual.pk,
            leave_year_on=year_on,
            kind=EntryKind.CARRY_OVER,
            hours=hours,
            on=from_year.next.first_on,
            source=f"{source}:{way}",
            actor=actor,
        )

    record(
        actor,
        "people.leave.carried_over",
        employment,
        hours=str(carried),
        from_year_on=from_year.first_on.isoformat(),
    )
    return carried


def _carry_over_limit(employment: Employment, on: date) -> Decimal:
    """The scheme's limit in hours at the officer's share of a full-time week."""
    scheme = employment.scheme
    pattern = employment.patterns.filter(from_on__lte=on).last()
    weekly = pattern.contracted_hours if pattern else Decimal(0)
    hours = scheme.carry_over_limit_days * scheme.hours_a_day * weekly / scheme.full_time_hours
    return hours.quantize(Decimal("0.01"))


def keep_leave_years(*, employments: Iterable[Employment] | None = None) -> int:
    """Open this and the next leave year for everyone in post and carry last year's leave over.

    Safe to run every day; returns how many employments were looked at.
    """
    settings = council_settings()
    today = localdate()
    this_year = LeaveYear.of(today, month=settings.leave_year_start_month, day=settings.leave_year_start_day)
    looked_at = 0
    for employment in (
        employments if employments is not None else Employment.objects.in_period(today, this_year.next.last_on)
    ):
        post_entitlement(actor=None, employment=employment, year=this_year)
        post_entitlement(actor=None, employment=employment, year=this_year.next)
        carry_over(actor=None, employment=employment, from_year=this_year.previous)
        looked_at += 1
    return looked_at
