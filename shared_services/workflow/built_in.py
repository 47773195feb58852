"""The operations that the workflow itself brings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shared_services.tenancy.errors import NotAllowed

from . import basis
from .authority import required_approvals
from .operations import OperationContext, operation


@operation("workflow.required_approvals")
def find_required_approvals(context: OperationContext) -> dict[str, Any]:
    """Finds the roles that must approve, in order, from the council's own authority matrix on the day."""
    case = context.case
    required = required_approvals(
        decision_type=case.process,
        amount=case.amount,
        category=case.category,
        cost_centre=str(context.values.get("cost_centre") or ""),
        on=timezone.localdate(),
    )
    if not required:
        raise NotAllowed(
            "The authority matrix has no line for this, so nobody could approve it. "
            "Ask your finance team to add one to the authority matrix."
        )
    case.authority = basis.asked(case, required, cost_centre=str(context.values.get("cost_centre") or ""))
    # Where several holders must approve, each has a round of his own; nobody approves a case twice.
    return {"approvers": [approval.role for approval in required for _round in range(approval.needed)]}
