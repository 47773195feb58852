"""Who is away, for the workflow; and what a leave request asks of those at its two ends."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared_services.workflow.duties import case_duties
from shared_services.workflow.who import absence_finder

from .choices import LeaveStatus
from .models import LeaveRequest

case_duties("leave_request", request="people.request_leave", approve="people.approve_leave")


@absence_finder
def away(cards: set[UUID], on: date) -> set[UUID]:
    """Those of some officers whose approved leave takes in a day."""
    leave = LeaveRequest.objects.filter(status=LeaveStatus.APPROVED, employment__card_id__in=cards)
    return set(leave.overlapping(on, on).values_list("employment__card_id", flat=True))
