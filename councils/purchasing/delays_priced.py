"""What a requisition's waiting puts at risk: its goods, from the day on which they are needed."""

from __future__ import annotations

from typing import Any

from shared_services.govuk.words import spoken_date, spoken_money
from shared_services.workflow.delays import AtRisk, price_of_delay

from .models import Requisition


@price_of_delay("requisition_approval")
def late_goods(case: Any) -> AtRisk | None:
    """The net amount, and the day on which it is needed."""
    found = Requisition.objects.filter(pk=case.subject_id).values_list("needed_by_on", "net_amount").first()
    if found is None or found[0] is None:
        return None
    needed_by_on, amount = found
    return AtRisk(
        on=needed_by_on,
        amount=amount,
        why=f"{spoken_money(amount)} of goods or services is needed by {spoken_date(needed_by_on)}.",
    )
