"""The words the people app chooses from."""

from __future__ import annotations

from django.db.models import TextChoices


class LeaveStatus(TextChoices):
    ASKED = "asked", "Waiting for approval"
    RETURNED = "returned", "Sent back"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CANCELLED = "cancelled", "Cancelled"


LEAVE_COLOURS = {
    LeaveStatus.ASKED.value: "yellow",
    LeaveStatus.RETURNED.value: "orange",
    LeaveStatus.APPROVED.value: "green",
    LeaveStatus.REFUSED.value: "red",
    LeaveStatus.WITHDRAWN.value: "grey",
    LeaveStatus.CANCELLED.value: "grey",
}

LIVE_STATUSES = (LeaveStatus.ASKED, LeaveStatus.APPROVED)
"""Leave that is taken or may be: it counts against the balance and shows in the calendar."""
DECIDED_STATUSES = (LeaveStatus.RETURNED, LeaveStatus.APPROVED, LeaveStatus.REFUSED)
"""As whoever decided left it: any other status is somebody else's doing."""


class EntryKind(TextChoices):
    ENTITLEMENT = "entitlement", "Entitlement"
    BANK_HOLIDAY_ALLOWANCE = "bank_holiday_allowance", "Bank holiday allowance"
    BANK_HOLIDAY = "bank_holiday", "Bank holidays on working days"
    CARRY_OVER = "carry_over", "Carried over"
    BOOKING = "booking", "Leave booked"
    CANCELLATION = "cancellation", "Leave cancelled"
    ADJUSTMENT = "adjustment", "Adjustment"


ANNUAL_LEAVE = "annual"
"""The key of the leave type that entitlement is worked out for."""
