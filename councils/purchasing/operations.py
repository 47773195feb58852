"""What the requisition approval process may do in this council's room."""

from __future__ import annotations

from typing import Any

from shared_services.workflow.operations import OperationContext, operation
from shared_services.workflow.who import decided_with

from . import services

decided_with("requisition_approval", "purchasing.approve_requisition")


@operation("purchasing.requisition_approved")
def requisition_approved(context: OperationContext) -> None:
    """Mark the requisition as approved."""
    services.requisition_approved(actor=context.actor, requisition_id=context.subject_id)


@operation("purchasing.raise_order")
def raise_order(context: OperationContext) -> dict[str, Any]:
    """Raise the purchase order and commit its budget."""
    if context.values.get("joint_outcome") == "buy_locally":
        services.requisition_handed_back(actor=context.actor, requisition_id=context.subject_id)
    order = services.raise_order(actor=context.actor, requisition_id=context.subject_id)
    return {"order_reference": order.reference}


@operation("purchasing.requisition_rejected")
def requisition_rejected(context: OperationContext) -> None:
    """Close the requisition and free its budget."""
    services.requisition_rejected(actor=context.actor, requisition_id=context.subject_id)


@operation("purchasing.requisition_returned")
def requisition_returned(context: OperationContext) -> None:
    """Give the requisition back to the officer who raised it."""
    services.requisition_returned(actor=context.actor, requisition_id=context.subject_id)


@operation("purchasing.hand_over")
def hand_over(context: OperationContext) -> None:
    """Show the requisition's demand to the shared service for joint buying."""
    services.requisition_handed_over(actor=context.actor, requisition_id=context.subject_id, case_id=context.case.pk)
