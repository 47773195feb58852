"""Who holds the budget that a case would be charged to."""

from __future__ import annotations

from uuid import UUID

from shared_services.workflow.who import CaseFacts, resolver

from .holders import budget_holder_ids
from .models import CostCentre


@resolver("budget_holder")
def budget_holder(case: CaseFacts) -> set[UUID]:
    """The budget holder of the cost centre that pays; a case without a cost centre has none."""
    found = CostCentre.objects.filter(code=case.cost_centre).values_list("pk", flat=True)
    return set(budget_holder_ids(found).values())
