"""The operations that the workflow itself brings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shared_services.tenancy.errors import NotAllowed

from . import basis
from .authority import RequiredApproval, facts_of, holders, required_approvals
from .models import Case
from .operations import OperationContext, operation

BUDGET_HOLDER = "budget_holder"


@operation("workflow.required_approvals")
def find_required_approvals(context: OperationContext) -> dict[str, Any]:
    """Finds the roles that must approve, in order, from the council's own authority matrix on the day."""
    case, cost_centre = context.case, str(context.values.get("cost_centre") or "")
    required = required_approvals(
        decision_type=case.process,
        amount=case.amount,
        category=case.category,
        cost_centre=cost_centre,
        on=timezone.localdate(),
    )
    if not required:
        raise NotAllowed(
            "The authority matrix has no line for this, so nobody could approve it. "
            "Ask your finance team to add one to the authority matrix."
        )
    case.authority = basis.asked(
        case, required, decision_type=case.process, amount=case.amount, cost_centre=cost_centre
    )
    return {"approvers": rounds(required, case, context.values.get("cost_centres") or [])}


def rounds(required: list[RequiredApproval], case: Case, cost_centres: list[str]) -> list[str]:
    """The role of each approval in turn: one for every holder whom a line needs; nobody approves a case twice."""
    needed = {approval.role: approval.needed for approval in required}
    roles = for_each_cost_centre(list(needed), case, cost_centres)
    return [role for role in roles for _round in range(needed.get(role, 1))]


def for_each_cost_centre(roles: list[str], case: Case, cost_centres: list[str]) -> list[str]:
    """The same roles with a budget holder for every cost centre that pays, unless one already asked holds it too."""
    if BUDGET_HOLDER not in roles:
        return roles
    facts = facts_of(case)
    asked = holders(BUDGET_HOLDER, facts)
    more = []
    for code in cost_centres:
        role = f"{BUDGET_HOLDER}:{code}"
        if code == facts.cost_centre or (found := holders(role, facts)) and found <= asked:
            continue
        asked |= found
        more.append(role)
    place = roles.index(BUDGET_HOLDER) + 1
    return [*roles[:place], *more, *roles[place:]]
