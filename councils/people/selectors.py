"""Reads about leave that join several tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Sum
from django.utils.timezone import localdate

from councils.organisation.selectors import council_settings, managers_of_card, reports_of_card, team_of_card
from councils.organisation.working_days import bank_holidays, closure_days
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may

from .choices import LIVE_STATUSES, EntryKind, LeaveStatus
from .leave_hours import LeaveYear
from .models import Employment, LeaveLedgerEntry, LeaveRequest, LeaveType

if TYPE_CHECKING:
    from councils.organisation.models import CouncilSettings

UNBROKEN = "\N{NO-BREAK SPACE}"


def leave_year_of(on: date, settings: CouncilSettings | None = None) -> LeaveYear:
    """The council's leave year that a day falls in."""
    settings = settings or council_settings()
    return LeaveYear.of(on, month=settings.leave_year_start_month, day=settings.leave_year_start_day)


def employments_of(card_id: UUID, *, on: date | None = None) -> list[Employment]:
    """An officer's current employments, and those that begin later."""
    today = on or localdate()
    employments = Employment.objects.of_card(card_id).in_period(today, today + timedelta(days=3660))
    return list(employments.select_related("post", "scheme").order_by("start_on"))


@dataclass(frozen=True, slots=True)
class Balance:
    """One employment's leave of one type in one leave year, in hours: every page that names leave reads it here."""

    year: LeaveYear
    entitlement: Decimal
    """Entitlement, bank holidays, carry-over and adjustments together: a sum of ledger entries, as is what is left."""
    carried_over: Decimal
    """Into this leave year, less what went on into the next."""
    adjusted: Decimal
    booked: Decimal
    waiting: Decimal
    """What requests that wait for approval would take; the ledger knows nothing of it."""
    left: Decimal
    """The sum of the ledger."""
    hours_a_day: Decimal

    @property
    def left_if_approved(self) -> Decimal:
        """What can still be asked for: what is left, less what waits for approval."""
        return self.left - self.waiting

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The three figures and their words, the same on every page."""
        return [
            ("Left", self.in_words(self.left)),
            ("Waiting for approval", self.in_words(self.waiting)),
            ("Left if approved", self.in_words(self.left_if_approved)),
        ]

    @property
    def all_figures(self) -> list[tuple[str, str]]:
        return [
            *self.figures,
            ("Booked", self.in_words(self.booked)),
            ("Entitlement", self.in_words(self.entitlement)),
        ]

    def asking(self, hours: Decimal) -> Balance:
        """The balance as it will be once so many hours more wait for approval."""
        return replace(self, waiting=self.waiting + hours)

    def in_words(self, hours: Decimal) -> str:
        """185.00 hours (25.0 days): days of a full-time week, for orientation. Breaks only before the days."""
        if not self.hours_a_day:
            return f"{hours}{UNBROKEN}hours"
        days = (hours / self.hours_a_day).quantize(Decimal("0.1"))
        return f"{hours}{UNBROKEN}hours ({days}{UNBROKEN}{'day' if days == 1 else 'days'})"


def balance_of(employment: Employment, leave_type: LeaveType, year: LeaveYear) -> Balance:
    """The balance of one employment, in two reads."""
    return balances_of([employment], leave_type, year)[0]


def balances_of(employments: Sequence[Employment], leave_type: LeaveType, year: LeaveYear) -> list[Balance]:
    """The balances in two reads, however many employments: the ledger by kind, and what waits for approval."""
    ledger = LeaveLedgerEntry.objects.filter(
        employment__in=employments, leave_type=leave_type, leave_year_on=year.first_on
    )
    posted: dict[UUID, dict[str, Decimal]] = defaultdict(dict)
    for employment_id, kind, hours in ledger.order_by().values_list("employment_id", "kind").annotate(Sum("hours")):
        posted[employment_id][kind] = hours
    waiting: dict[UUID, Decimal] = defaultdict(lambda: Decimal("0.00"))
    requests = LeaveRequest.objects.waiting().filter(employment__in=employments, leave_type=leave_type)
    for employment_id, by_year in requests.values_list("employment_id", "hours_by_year"):
        waiting[employment_id] += Decimal(by_year.get(year.first_on.isoformat(), 0))
    return [_balance(one, year, posted[one.pk], waiting[one.pk]) for one in employments]


def _balance(employment: Employment, year: LeaveYear, by_kind: dict[str, Decimal], waiting: Decimal) -> Balance:
    nothing = Decimal("0.00")
    booked = by_kind.get(EntryKind.BOOKING, nothing) + by_kind.get(EntryKind.CANCELLATION, nothing)
    left = sum(by_kind.values(), nothing)
    return Balance(
        year=year,
        entitlement=left - booked,
        carried_over=by_kind.get(EntryKind.CARRY_OVER, nothing),
        adjusted=by_kind.get(EntryKind.ADJUSTMENT, nothing),
        booked=-booked,
        waiting=waiting,
        left=left,
        hours_a_day=employment.scheme.hours_a_day,
    )


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry with the balance after it."""

    entry: LeaveLedgerEntry
    balance: Decimal


def ledger_lines(employment: Employment, leave_type: LeaveType, year: LeaveYear) -> list[LedgerLine]:
    """The ledger of a leave year from first to last, with a running balance."""
    running = Decimal("0.00")
    lines = []
    for entry in LeaveLedgerEntry.objects.of_year(employment, leave_type.pk, year.first_on):
        running += entry.hours
        lines.append(LedgerLine(entry, running))
    return lines


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody of the team is away, or has asked to be. Why is his own business."""

    card_id: UUID
    name: str
    first_on: date
    last_on: date
    starts_at_midday: bool
    ends_at_midday: bool
    approved: bool

    def covers(self, on: date) -> bool:
        return self.first_on <= on <= self.last_on


def absences(card_ids: Iterable[UUID], first_on: date, last_on: date, *, besides: UUID | None = None) -> list[Absence]:
    """Leave of these officers between two days, asked for or approved, by first day."""
    requests = (
        LeaveRequest.objects.filter(employment__card_id__in=list(card_ids), status__in=LIVE_STATUSES, hours__gt=0)
        .overlapping(first_on, last_on)
        .select_related("employment")
        .order_by("first_on")
    )
    found = [one for one in requests if one.pk != besides]
    names = dict(
        OfficerCard.objects.filter(pk__in={one.employment.card_id for one in found}).values_list("pk", "work_name")
    )
    return [
        Absence(
            card_id=one.employment.card_id,
            name=names.get(one.employment.card_id, ""),
            first_on=one.first_on,
            last_on=one.last_on,
            starts_at_midday=one.starts_at_midday,
            ends_at_midday=one.ends_at_midday,
            approved=one.status == LeaveStatus.APPROVED,
        )
        for one in found
    ]


def clashes_with(request: LeaveRequest) -> list[Absence]:
    """Who else of the officer's team is away on some of the same days."""
    card_id = request.employment.card_id
    team = team_of_card(card_id) - {card_id}
    return absences(team, request.first_on, request.last_on, besides=request.pk)


def holidays_between(first_on: date, last_on: date, settings: CouncilSettings | None = None) -> dict[date, str]:
    """Bank holidays and closure days between two days, with their titles."""
    division = (settings or council_settings()).bank_holiday_division
    named = {on: title for on, title in bank_holidays(division).items() if first_on <= on <= last_on}
    return dict(sorted((named | closure_days(first_on, last_on)).items()))


def may_see_leave_of(actor: OfficerCard, card_id: UUID) -> bool:
    """The officer himself, his line managers, and HR."""
    return (
        actor.pk == card_id
        or may(actor, "people.view_employments")
        or actor.pk in managers_of_card(card_id)
        or card_id in reports_of_card(actor.pk)
    )
