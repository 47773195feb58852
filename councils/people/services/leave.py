"""Asking for leave, changing, withdrawing and cancelling it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localdate

from councils.organisation.selectors import council_settings
from councils.organisation.working_days import bank_holidays, closure_days
from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.references import next_reference
from shared_services.workflow import services as workflow
from shared_services.workflow.selectors import open_task_for

from .. import rules
from ..choices import ANNUAL_LEAVE, EntryKind, LeaveStatus
from ..leave_hours import LeaveDay, LeaveYear, by_leave_year, leave_days
from ..models import Employment, LeaveLedgerEntry, LeaveRequest, LeaveType
from ..selectors import leave_year_of
from .ledger import locked_employment, post, post_entitlement


@dataclass(frozen=True, slots=True)
class AskedDays:
    """What a request costs: each day, and the hours by leave year."""

    days: list[LeaveDay]
    by_year: dict[date, Decimal]

    @property
    def hours(self) -> Decimal:
        return sum(self.by_year.values(), Decimal("0.00"))

    @property
    def working_days(self) -> Decimal:
        """Days that cost leave; half a day at either end counts half."""
        return sum((day.share for day in self.days), Decimal(0))


def work_out_days(
    employment: Employment,
    *,
    first_on: date,
    last_on: date,
    starts_at_midday: bool = False,
    ends_at_midday: bool = False,
) -> AskedDays:
    """The days and hours that leave between two days would take, from the working pattern and the calendar."""
    settings = council_settings()
    days_off = bank_holidays(settings.bank_holiday_division).keys() | closure_days(first_on, last_on).keys()
    days = leave_days(
        list(employment.patterns.all()),
        first_on=first_on,
        last_on=last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
        days_off=days_off,
    )
    return AskedDays(
        days,
        by_leave_year(days, month=settings.leave_year_start_month, day=settings.leave_year_start_day),
    )


def check_when(
    employment: Employment, *, first_on: date, last_on: date, starts_at_midday: bool, ends_at_midday: bool
) -> None:
    """Refuse days that cannot be asked for, whatever they take: outside the employment, too many, or long past."""
    both_halves_of_one_day = first_on == last_on and starts_at_midday and ends_at_midday
    rules.check_dates(employment, first_on, last_on, one_half_only=both_halves_of_one_day)
    rules.check_year_not_over(last_on, leave_year_of(localdate()))


@transaction.atomic
def request_leave(
    *,
    actor: OfficerCard,
    employment: Employment,
    leave_type: LeaveType,
    first_on: date,
    last_on: date,
    starts_at_midday: bool = False,
    ends_at_midday: bool = False,
    note: str = "",
) -> LeaveRequest:
    """Ask for leave; the line manager's task is opened.

    Locks the employment, so two requests sent at once cannot spend the same hours or the same days.
    """
    employment = locked_employment(employment.pk)
    rules.check_may_ask(actor, employment, leave_type)
    asked = _checked(
        employment,
        leave_type,
        first_on=first_on,
        last_on=last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
    )

    request = LeaveRequest.objects.create(
        reference=next_reference("LV", localdate().year),
        employment=employment,
        leave_type=leave_type,
        first_on=first_on,
        last_on=last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
        hours=asked.hours,
        hours_by_year=_plain(asked.by_year),
        note=note.strip(),
    )

    record(actor, "people.leave.requested", request, hours=str(asked.hours), leave_type=leave_type.key)
    case = workflow.open_case(
        actor=actor,
        process="leave_request",
        subject_id=request.pk,
        reference=request.reference,
        title=_title(request),
        facts=_facts(request, asked),
    )
    LeaveRequest.objects.filter(pk=request.pk).update(case_id=case.pk)
    request.case_id = case.pk
    return request


@transaction.atomic
def change_leave(
    *,
    actor: OfficerCard,
    request: LeaveRequest,
    leave_type: LeaveType,
    first_on: date,
    last_on: date,
    starts_at_midday: bool = False,
    ends_at_midday: bool = False,
    note: str = "",
    version: int | None = None,
) -> LeaveRequest:
    """Change leave that was sent back and send it for approval again."""
    employment = locked_employment(request.employment_id)
    request = LeaveRequest.objects.select_for_update().get(pk=request.pk)
    request.employment = employment
    rules.check_may_change(actor, request)
    rules.check_version(request, version)
    rules.check_may_ask(actor, employment, leave_type)
    asked = _checked(
        employment,
        leave_type,
        first_on=first_on,
        last_on=last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
        besides=request.pk,
    )

    request.leave_type = leave_type
    request.first_on, request.last_on = first_on, last_on
    request.starts_at_midday, request.ends_at_midday = starts_at_midday, ends_at_midday
    request.hours, request.hours_by_year = asked.hours, _plain(asked.by_year)
    request.note = note.strip()
    request.status = LeaveStatus.ASKED
    request.version += 1
    request.save()

    record(actor, "people.leave.changed", request, hours=str(asked.hours), leave_type=leave_type.key)
    _resubmit(actor, request, asked)
    return request


def _resubmit(actor: OfficerCard, request: LeaveRequest, asked: AskedDays) -> None:
    """The case waits for the officer who asked: this is his answer."""
    task_id = open_task_for(case_id=request.case_id, outcome="resubmit") if request.case_id else None
    if task_id is None:
        raise NotAllowed("This leave is no longer waiting for you. Look at it again before you change it.")
    workflow.complete_task(actor=actor, task_id=task_id, outcome="resubmit", values=_facts(request, asked))


@transaction.atomic
def withdraw_leave(
    *, actor: OfficerCard, request: LeaveRequest, note: str = "", version: int | None = None
) -> LeaveRequest:
    """Take back leave that nobody has approved yet. Withdrawing it twice changes nothing."""
    rules.check_own(actor, request)
    if request.status == LeaveStatus.WITHDRAWN:
        return request
    # The case first, then the employment: the order in which an approval locks them.
    if request.case_id is not None:
        workflow.withdraw_case(actor=actor, case_id=request.case_id, note=note)
    employment = locked_employment(request.employment_id)
    request = LeaveRequest.objects.select_for_update().get(pk=request.pk)
    request.employment = employment
    rules.check_may_withdraw(actor, request)
    rules.check_version(request, version)

    request.status = LeaveStatus.WITHDRAWN
    request.version += 1
    request.save(update_fields=["status", "version"])

    record(actor, "people.leave.withdrawn", request)
    return request


@transaction.atomic
def cancel_leave(
    *, actor: OfficerCard, request: LeaveRequest, reason: str = "", version: int | None = None
) -> LeaveRequest:
    """Cancel approved leave that has not begun; its hours go back to the balance. Twice changes nothing.

    An HR adviser may also cancel leave that has begun.
    """
    employment = locked_employment(request.employment_id)
    request = LeaveRequest.objects.select_for_update(of=("self",)).select_related("leave_type").get(pk=request.pk)
    request.employment = employment
    if request.status == LeaveStatus.CANCELLED:
        return request
    rules.check_may_cancel(actor, request)
    rules.check_version(request, version)

    request.status = LeaveStatus.CANCELLED
    request.version += 1
    request.save(update_fields=["status", "version"])
    if request.leave_type.uses_balance:
        post_for_request(request, EntryKind.CANCELLATION, sign=1, word="cancelled", actor=actor)

    record(actor, "people.leave.cancelled", request, hours=str(request.hours), reason=reason)
    if request.first_on <= localdate() <= request.last_on:
        enqueue("workflow.refresh_candidates")
    return request


def post_for_request(
    request: LeaveRequest, kind: EntryKind, *, sign: int, word: str, actor: OfficerCard | None
) -> None:
    """Post a request's hours to the ledger of each leave year it touches; once, whatever happens."""
    for year, hours in request.hours_by_year.items():
        if not Decimal(hours):
            continue
        post(
            employment=request.employment,
            leave_type_id=request.leave_type_id,
            leave_year_on=date.fromisoformat(year),
            kind=kind,
            hours=sign * Decimal(hours),
            on=request.first_on,
            source=f"request:{request.pk}:{word}:{year}",
            reason=request.reference,
            actor=actor,
        )


def _checked(
    employment: Employment,
    leave_type: LeaveType,
    *,
    first_on: date,
    last_on: date,
    starts_at_midday: bool,
    ends_at_midday: bool,
    besides: UUID | None = None,
) -> AskedDays:
    """The hours the days take, after every rule has been asked."""
    check_when(
        employment,
        first_on=first_on,
        last_on=last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
    )
    asked = work_out_days(
        employment,
        first_on=first_on,
        last_on=last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
    )
    rules.check_has_hours(asked.hours)
    others = _live_requests(employment, since=min(asked.by_year), besides=besides)
    rules.check_no_overlap(
        first_on,
        last_on,
        starts_at_midday=starts_at_midday,
        ends_at_midday=ends_at_midday,
        others=others,
    )
    if leave_type.uses_balance:
        _check_balances(employment, leave_type, asked, others)
    return asked


def _live_requests(employment: Employment, *, since: date, besides: UUID | None) -> list[LeaveRequest]:
    """Leave asked for or approved since the leave year began: one read for overlaps and for hours spoken for."""
    live = LeaveRequest.objects.live().filter(employment=employment, last_on__gte=since).order_by()
    return [other for other in live if other.pk != besides]


def _check_balances(
    employment: Employment, leave_type: LeaveType, asked: AskedDays, others: list[LeaveRequest]
) -> None:
    ledger = LeaveLedgerEntry.objects.filter(
        employment=employment, leave_type=leave_type, leave_year_on__in=asked.by_year
    )
    balances = dict(ledger.order_by().values_list("leave_year_on").annotate(Sum("hours")))
    for year_on, wanted in asked.by_year.items():
        year = LeaveYear.of(year_on, month=year_on.month, day=year_on.day)
        if year_on not in balances and leave_type.key == ANNUAL_LEAVE:
            # The first request into a new leave year opens it.
            balances[year_on] = post_entitlement(actor=None, employment=employment, year=year)
        waiting = sum(
            (
                Decimal(other.hours_by_year.get(year_on.isoformat(), 0))
                for other in others
                if other.status == LeaveStatus.ASKED and other.leave_type_id == leave_type.pk
            ),
            Decimal("0.00"),
        )
        left = balances.get(year_on, Decimal("0.00"))
        rules.check_balance(leave_year=str(year), left=left, waiting=waiting, wanted=wanted)


def _plain(by_year: dict[date, Decimal]) -> dict[str, str]:
    return {year.isoformat(): str(hours) for year, hours in by_year.items()}


def _title(request: LeaveRequest) -> str:
    """What the inbox shows: days only, because the kind of leave is the officer's own business."""
    if request.first_on == request.last_on:
        return f"Leave on {request.first_on:%-d %B %Y}"
    return f"Leave from {request.first_on:%-d %B %Y} to {request.last_on:%-d %B %Y}"


def _facts(request: LeaveRequest, asked: AskedDays) -> dict[str, object]:
    """What the process may route by."""
    return {"days": asked.working_days, "leave_type": request.leave_type.key}
