"""Who holds the budget that a case would be charged to, and which department would pay."""

from __future__ import annotations

from uuid import UUID

from councils.organisation.selectors import holders_of_posts
from councils.organisation.who import department_finder
from shared_services.workflow.who import CaseFacts, resolver

from .models import CostCentre


@resolver("budget_holder")
def budget_holder(case: CaseFacts) -> set[UUID]:
    """The budget holder of the cost centre that pays; a case without a cost centre has none."""
    found = (
        CostCentre.objects.filter(code=case.cost_centre)
        .values_list("budget_holder_id", "budget_holder_post_id")
        .first()
    )
    card, post = found or (None, None)
    if card is None and post is not None:
        return set(holders_of_posts([post], on=case.on).values())
    return {card} if card else set()


@department_finder
def department_of_cost_centre(case: CaseFacts) -> UUID | None:
    """Heads and directors answer for what their department pays, whoever asked for it."""
    if not case.cost_centre:
        return None
    return CostCentre.objects.filter(code=case.cost_centre).values_list("department_id", flat=True).first()
