"""Leave asked for and approved, as plain Django."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.dateparse import parse_date

from .models import BankHoliday, Case, Employment, LeaveLedgerEntry, LeaveRequest, LeaveType, Officer
from .purchasing import close, next_reference, open_task, save


def leave_year_of(day: date) -> date:
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


@transaction.atomic
def request_leave(officer: Officer, form: dict[str, Any]) -> LeaveRequest:
    employment = (
        Employment.objects.select_for_update(of=["self"])
        .select_related("manager")
        .get(pk=form["employment"], officer=officer)
    )
    leave_type = LeaveType.objects.get(key=form["leave_type"])
    first_on, last_on = parse_date(form["first_on"]), parse_date(form["last_on"])
    pattern = employment.patterns.filter(from_on__lte=first_on).order_by("-from_on").first()
    holidays = set(BankHoliday.objects.filter(date__range=(first_on, last_on)).values_list("date", flat=True))
    days = [first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1)]
    hours = sum((pattern.week_one[day.weekday()] for day in days if day not in holidays), Decimal("0.00"))
    if not hours:
        raise ValidationError("You do not work on these days.")
    live = employment.requests.filter(status__in=["asked", "approved"])
    if live.filter(first_on__lte=last_on, last_on__gte=first_on).exists():
        raise ValidationError("You have asked for these days already.")
    year_on = leave_year_of(first_on)
    ledger = LeaveLedgerEntry.objects.filter(employment=employment, leave_type=leave_type, leave_year_on=year_on)
    balance = ledger.aggregate(hours=Sum("hours"))["hours"] or Decimal(0)
    waiting = live.filter(status="asked", leave_type=leave_type).aggregate(hours=Sum("hours"))["hours"] or Decimal(0)
    if balance - waiting < hours:
        raise ValidationError("You do not have enough leave.")
    request = save(
        LeaveRequest(
            reference=next_reference("LV", timezone.localdate().year),
            employment=employment,
            leave_type=leave_type,
            first_on=first_on,
            last_on=last_on,
            hours=hours,
            note=form.get("note", ""),
        )
    )
    case = save(
        Case(
            process="leave_request",
            subject_id=request.pk,
            reference=request.reference,
            title=f"Leave from {first_on:%-d %B %Y} to {last_on:%-d %B %Y}",
            requester=officer,
            requester_name=officer.work_name,
            step="Approve leave",
            opened_at=timezone.now(),
            facts={"days": len(days)},
        )
    )
    open_task(case, step="approve_leave", title="Approve leave", role="manager", officers=[employment.manager], days=5)
    return request


def approve_leave(officer: Officer, case: Case) -> None:
    request = LeaveRequest.objects.select_for_update().get(pk=case.subject_id)
    request.status = "approved"
    request.decided_at, request.decided_by = timezone.now(), officer
    request.version += 1
    request.save(update_fields=["status", "decided_at", "decided_by", "version"])
    save(
        LeaveLedgerEntry(
            employment_id=request.employment_id,
            leave_type_id=request.leave_type_id,
            leave_year_on=leave_year_of(request.first_on),
            kind="booking",
            hours=-request.hours,
            on=request.first_on,
            source=f"request:{request.pk}",
            reason=request.reference,
            posted_by=officer,
        )
    )
    close(case, "approved")
