"""What a joint purchase's process may do."""

from __future__ import annotations

from shared_services.workflow.operations import OperationContext, operation
from shared_services.workflow.who import decided_with

from . import services

decided_with("joint_purchase", "purchasing.approve_requisition")


@operation("procurement.raise_orders")
def raise_orders(context: OperationContext) -> None:
    """Every council agreed: ask each council's own room for its order."""
    services.request_orders(actor=context.actor, proposal_id=context.subject_id)


@operation("procurement.proposal_not_agreed")
def proposal_not_agreed(context: OperationContext) -> None:
    """A council said no: the proposal ends and its demand is open again."""
    services.close_not_agreed(actor=context.actor, proposal_id=context.subject_id)
