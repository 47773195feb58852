"""What a leave request's waiting puts at risk: no money, but its first day."""

from __future__ import annotations

from typing import Any

from shared_services.govuk.words import spoken_date
from shared_services.workflow.delays import AtRisk, price_of_delay

from .models import LeaveRequest


@price_of_delay("leave_request")
def first_day_away(case: Any) -> AtRisk | None:
    first_on = LeaveRequest.objects.filter(pk=case.subject_id).values_list("first_on", flat=True).first()
    if first_on is None:
        return None
    return AtRisk(on=first_on, why=f"The leave begins on {spoken_date(first_on)}.")
