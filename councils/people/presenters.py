"""What a manager sees when leave waits for a decision."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.workflow.presenters import Presentation, presenter
from shared_services.workflow.selectors import inbox

from . import cover, selectors
from .choices import LeaveStatus
from .models import LeaveRequest


@presenter("leave_request")
def present_leave(case: Any, officer: OfficerCard) -> Presentation:
    """Dates, hours, what is left of the leave year, clashes in the team, bank holidays."""
    request = (
        LeaveRequest.objects.select_related("employment__scheme", "employment__post", "leave_type")
        .filter(pk=case.subject_id)
        .first()
    )
    if request is None or not _may_know(officer, case, request):
        return Presentation(summary=[("Reference", case.reference), ("Title", case.title)])
    summary: list[tuple[str, Any]] = [
        ("Officer", case.requester_name),
        ("Post", request.employment.post.title),
        ("Type of leave", request.leave_type.name),
        ("First day", _day(request.first_on, "from midday" if request.starts_at_midday else "")),
        ("Last day", _day(request.last_on, "until midday" if request.ends_at_midday else "")),
        ("Hours", f"{request.hours} hours"),
    ]
    warnings: list[str] = []
    if request.leave_type.uses_balance:
        summary += _balance_rows(request, warnings)
    if request.note:
        summary.append(("Note", request.note))

    _add_cover(request, summary, warnings, officer)
    clashes = selectors.clashes_with(request)
    if clashes:
        names = sorted({clash.name for clash in clashes})
        warnings.append(f"Also away on some of these days: {', '.join(names)}.")
    return Presentation(
        summary=summary,
        template="pages/councils/people/case_facts.html",
        context={
            "leave": request,
            "clashes": clashes,
            "holidays": selectors.holidays_between(request.first_on, request.last_on),
        },
        url=reverse("people:show_leave", args=[request.pk]),
        warnings=warnings,
    )


def _add_cover(
    request: LeaveRequest, summary: list[tuple[str, Any]], warnings: list[str], officer: OfficerCard
) -> None:
    """Who stands in while an approver is away; the decider is told when nobody has said so yet."""
    settled = cover.cover_of(request)
    if settled is not None:
        summary.append(("Stands in meanwhile", settled.text))
    elif request.status == LeaveStatus.ASKED and cover.may_settle(officer, request) and cover.needs_cover(request):
        warnings.append(
            "Others wait for this officer’s approval. Open the record and say who stands in before you approve."
        )


def _may_know(officer: OfficerCard, case: Any, request: LeaveRequest) -> bool:
    """Who may see every case of the room need not know why a colleague is away: only those concerned do."""
    if selectors.may_see_leave_of(officer, request.employment.card_id):
        return True
    # Who is only asked a question about it need not know either.
    return inbox(officer).decisions().filter(case_id=case.pk).exists()


def _balance_rows(request: LeaveRequest, warnings: list[str]) -> list[tuple[str, str]]:
    """What is left, in the words of every page about leave, for each leave year the request touches."""
    rows = []
    for year_on in request.hours_by_year:
        year = selectors.leave_year_of(request.first_on)
        if year.first_on.isoformat() != year_on:
            year = year.next
        balance = selectors.balance_of(request.employment, request.leave_type, year)
        which = f", {year}" if len(request.hours_by_year) > 1 else ""
        rows += [(f"{word}{which}", hours) for word, hours in balance.figures]
        if balance.left_if_approved < 0:
            warnings.append(f"More leave waits for approval than is left in the leave year {year}.")
    return rows


def _day(on: Any, part: str) -> str:
    return f"{on:%A} {on.day} {on:%B %Y}" + (f", {part}" if part else "")
