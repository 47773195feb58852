"""The days on which this council does not work, for due dates, claims and reminders in the workflow."""

from __future__ import annotations

from datetime import date

from shared_services.tenancy.door import current_council
from shared_services.workflow.calendars import days_off

from .models import CouncilSettings
from .working_days import bank_holidays, bank_holidays_anywhere, closure_days


@days_off
def council_days_off(first: date, last: date) -> set[date]:
    """Bank holidays of the council's division and its own closure days; in the shared service, of the whole kingdom."""
    if current_council().is_shared_service:
        return {on for on in bank_holidays_anywhere() if first <= on <= last}
    settings = CouncilSettings.objects.filter(only_row=True).first() or CouncilSettings()
    holidays = {on for on in bank_holidays(settings.bank_holiday_division) if first <= on <= last}
    return holidays | set(closure_days(first, last))
