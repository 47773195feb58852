"""What a new council chose for its calendar and contact when it applied."""

from __future__ import annotations

from shared_services.govuk.contact import gives_contact
from shared_services.joining.preparing import RoomChoices, prepares_room
from shared_services.tenancy.door import current_council

from .models import CouncilSettings


@gives_contact
def contact() -> str:
    """The council's contact address; the shared service's room keeps none."""
    if current_council().is_shared_service:
        return ""
    return CouncilSettings.objects.values_list("contact_email", flat=True).first() or ""


@prepares_room
def set_calendar_and_contact(choices: RoomChoices) -> None:
    """Bank holidays, the start of the leave year, and whom officers ask. Changed later under the council's settings."""
    CouncilSettings.objects.update_or_create(
        only_row=True,
        defaults={
            "bank_holiday_division": choices.bank_holiday_division,
            "leave_year_start_month": choices.leave_year_start_month,
            "leave_year_start_day": 1,
            "contact_email": choices.contact_email,
        },
    )
