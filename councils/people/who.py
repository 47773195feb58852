"""Who is away, for the workflow; and what a leave request asks of those at its two ends."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared_services.tenancy.statements import found_keys
from shared_services.workflow.duties import case_duties
from shared_services.workflow.who import absence_finder

from .choices import LeaveStatus

case_duties("leave_request", request="people.request_leave", approve="people.approve_leave")

AWAY = """
    SELECT e.card_id FROM people_leaverequest r JOIN people_employment e ON e.id = r.employment_id
     WHERE r.status = %s AND e.card_id = ANY(%s) AND r.first_on <= %s AND r.last_on >= %s
"""


@absence_finder
def away(cards: set[UUID], on: date) -> set[UUID]:
    """Those of some officers whose approved leave takes in a day."""
    return found_keys(AWAY, LeaveStatus.APPROVED.value, list(cards), on, on)
