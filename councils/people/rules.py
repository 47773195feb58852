"""What may be asked, decided and undone about leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.tenancy.errors import NotAllowed, Stale

from .choices import LeaveStatus
from .leave_hours import LeaveYear
from .models import Employment, LeaveRequest, LeaveType

LONGEST_LEAVE_DAYS = 366


def check_may_ask(actor: OfficerCard, employment: Employment, leave_type: LeaveType) -> None:
    if employment.card_id != actor.pk:
        raise NotAllowed("You can ask only for your own leave.")
    if not leave_type.active:
        raise NotAllowed(f"{leave_type} is no longer used. Choose another type of leave.")


def check_dates(employment: Employment, first_on: date, last_on: date, *, one_half_only: bool) -> None:
    if last_on < first_on:
        raise NotAllowed("The last day must be the same as or after the first day.")
    if one_half_only:
        raise NotAllowed("Leave on one day can start at midday or end at midday, not both.")
    if (last_on - first_on).days >= LONGEST_LEAVE_DAYS:
        raise NotAllowed("Leave can be asked for at most one year at a time. Choose an earlier last day.")
    if first_on < employment.start_on:
        raise NotAllowed(
            f"Your employment starts on {employment.start_on:%-d %B %Y}. Choose a later first day, or ask HR if that "
            "date is wrong."
        )
    if employment.end_on is not None and last_on > employment.end_on:
        raise NotAllowed(
            f"Your employment ends on {employment.end_on:%-d %B %Y}. Choose an earlier last day, or ask HR if that "
            "date is wrong."
        )


def check_year_not_over(last_on: date, this_year: LeaveYear) -> None:
    """A finished leave year is closed and carried over: only HR still changes it, with an adjustment."""
    if last_on < this_year.first_on:
        raise NotAllowed(
            f"The leave year of these days is over: the present one began on {this_year.first_on:%-d %B %Y}. If you took "
            "this leave, ask HR to record it."
        )


def check_has_hours(hours: Decimal) -> None:
    if not hours:
        raise NotAllowed(
            "None of these days is a working day for you, so there is no leave to ask for. Check the dates."
        )


def half_days(first_on: date, last_on: date, *, starts_at_midday: bool, ends_at_midday: bool) -> tuple[int, int]:
    """The first and the last half day as numbers on one line, so that a morning and an afternoon do not clash."""
    return (
        first_on.toordinal() * 2 + (1 if starts_at_midday else 0),
        last_on.toordinal() * 2 + (0 if ends_at_midday else 1),
    )


def check_no_overlap(
    first_on: date,
    last_on: date,
    *,
    starts_at_midday: bool,
    ends_at_midday: bool,
    others: Iterable[LeaveRequest],
) -> None:
    """The officer's other leave, asked for or approved, may not touch the same half days."""
    first, last = half_days(first_on, last_on, starts_at_midday=starts_at_midday, ends_at_midday=ends_at_midday)
    for other in others:
        other_first, other_last = half_days(
            other.first_on,
            other.last_on,
            starts_at_midday=other.starts_at_midday,
            ends_at_midday=other.ends_at_midday,
        )
        if first <= other_last and other_first <= last:
            raise NotAllowed(
                f"You already have leave on some of these days: {other.reference}, {other.first_on:%-d %B %Y} to "
                f"{other.last_on:%-d %B %Y} ({other.get_status_display().lower()}). Choose other days, or cancel that leave first."
            )


def check_balance(*, leave_year: str, left: Decimal, waiting: Decimal, wanted: Decimal) -> None:
    if wanted > left - waiting:
        waits = f", and {waiting} hours of them are waiting for approval" if waiting else ""
        raise NotAllowed(
            f"This leave takes {wanted} hours. You have {max(left, Decimal('0.00'))} hours left in the leave year "
            f"{leave_year}{waits}. Choose fewer days or another type of leave."
        )


def check_version(record: LeaveRequest | Employment, version: int | None) -> None:
    if version is not None and record.version != version:
        raise Stale


def check_not_own(actor: OfficerCard, employment: Employment) -> None:
    """Two people: nobody changes the terms of his own employment."""
    if actor.pk == employment.card_id:
        raise NotAllowed("You cannot change your own employment. Ask another HR adviser to do it.", code="own_record")


def check_own(actor: OfficerCard, request: LeaveRequest) -> None:
    if request.employment.card_id != actor.pk:
        raise NotAllowed("Only the officer who asked for this leave can change it.")


def may_withdraw(actor: OfficerCard, request: LeaveRequest) -> bool:
    return request.employment.card_id == actor.pk and request.status in (LeaveStatus.ASKED, LeaveStatus.RETURNED)


def may_change(actor: OfficerCard, request: LeaveRequest) -> bool:
    return request.employment.card_id == actor.pk and request.status == LeaveStatus.RETURNED


def check_may_withdraw(actor: OfficerCard, request: LeaveRequest) -> None:
    check_own(actor, request)
    if not may_withdraw(actor, request):
        raise NotAllowed(f"This leave is {request.get_status_display().lower()}, so there is nothing to withdraw.")


def check_may_change(actor: OfficerCard, request: LeaveRequest) -> None:
    check_own(actor, request)
    if request.status != LeaveStatus.RETURNED:
        raise NotAllowed(
            f"This leave is {request.get_status_display().lower()}. Only leave that was sent back can be changed."
        )


def may_cancel(actor: OfficerCard, request: LeaveRequest) -> bool:
    if request.status != LeaveStatus.APPROVED:
        return False
    if request.employment.card_id == actor.pk:
        return request.first_on > localdate()
    return may(actor, "people.adjust_leave")


def check_may_cancel(actor: OfficerCard, request: LeaveRequest) -> None:
    if may_cancel(actor, request):
        return
    if request.status != LeaveStatus.APPROVED:
        raise NotAllowed(f"This leave is {request.get_status_display().lower()}, so it cannot be cancelled.")
    if request.employment.card_id != actor.pk:
        raise NotAllowed("Only the officer or an HR adviser can cancel this leave.")
    raise NotAllowed("This leave has begun. Ask an HR adviser to cancel it or to adjust your balance.")


def may_see_leave(actor: OfficerCard, request: LeaveRequest, *, team: Iterable[object]) -> bool:
    """The officer himself, those who manage him, and HR."""
    return request.employment.card_id == actor.pk or may(actor, "people.view_employments") or actor.pk in team
