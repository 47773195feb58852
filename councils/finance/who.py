"""Who holds the budget that a case would be charged to."""

from __future__ import annotations

from uuid import UUID

from councils.organisation.who import department_finder
from shared_services.workflow.who import CaseFacts, resolver

from .holders import budget_holder_ids
from .models import CostCentre


@resolver("budget_holder")
def budget_holder(case: CaseFacts) -> set[UUID]:
    """The budget holder of the cost centre that pays; a case without a cost centre has none."""
    found = CostCentre.objects.filter(code=case.cost_centre).values_list("pk", flat=True)
    return set(budget_holder_ids(found).values())


@department_finder
def department_of_cost_centre(case: CaseFacts) -> UUID | None:
    """The department whose cost centre pays: its head of service and director decide."""
    if not case.cost_centre:
        return None
    return CostCentre.objects.filter(code=case.cost_centre).values_list("department_id", flat=True).first()
