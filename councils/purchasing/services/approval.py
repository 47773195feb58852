"""What the process decides about a requisition, done in the council's own room.

These run as steps of a decision (or of a job), which has the savepoint that takes everything back.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from councils.finance.services import release
from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.procurement.selectors import is_handed_back
from shared_services.procurement.services import DemandLineInput, hand_over_demand
from shared_services.tenancy.errors import NotAllowed

from ..choices import RequisitionStatus
from ..models import Requisition, RequisitionLine
from .requisitions import locked


@transaction.atomic(savepoint=False)
def requisition_approved(*, actor: OfficerCard | None, requisition_id: UUID) -> Requisition:
    """The last approver agreed; the order or the hand-over follows. Running twice changes nothing."""
    return _moved(actor, requisition_id, RequisitionStatus.APPROVED, "approved")


@transaction.atomic(savepoint=False)
def requisition_rejected(*, actor: OfficerCard | None, requisition_id: UUID) -> Requisition:
    """An approver said no: the reserved budget is free again."""
    return _moved(actor, requisition_id, RequisitionStatus.REJECTED, "rejected", frees_budget=True)


@transaction.atomic(savepoint=False)
def requisition_returned(*, actor: OfficerCard | None, requisition_id: UUID) -> Requisition:
    """An approver sent it back: its budget is free until the requester submits it again."""
    return _moved(actor, requisition_id, RequisitionStatus.RETURNED, "returned", frees_budget=True)


@transaction.atomic(savepoint=False)
def requisition_handed_over(*, actor: OfficerCard | None, requisition_id: UUID, case_id: UUID) -> Requisition:
    """Show an approved requisition's lines to the shared service for joint buying; its budget stays reserved.

    What is handed over is the demand: descriptions, codes, quantities, amounts. Coding, notes and files stay here.
    """
    requisition = locked(requisition_id)
    if requisition.status == RequisitionStatus.HANDED_OVER:
        return requisition
    lines = RequisitionLine.objects.filter(requisition=requisition)
    hand_over_demand(
        actor=actor,
        case_id=case_id,
        requisition_id=requisition.pk,
        reference=requisition.reference,
        title=requisition.title,
        needed_by_on=requisition.needed_by_on,
        lines=[
            DemandLineInput(
                requisition_line_id=line.pk,
                line_number=line.position,
                cpv_code=line.cpv_id or "",
                description=line.description,
                quantity=line.quantity,
                unit=line.unit,
                net_amount=line.net_amount,
            )
            for line in lines
        ],
    )
    return _moved(actor, requisition_id, RequisitionStatus.HANDED_OVER, "handed_over")


@transaction.atomic(savepoint=False)
def requisition_handed_back(*, actor: OfficerCard | None, requisition_id: UUID) -> Requisition:
    """Take an approved requisition home that the shared service did not buy after all; its order follows.

    Raises NotAllowed while the shared service still has a line of it in hand. Can run twice.
    """
    requisition = locked(requisition_id)
    if requisition.status != RequisitionStatus.HANDED_OVER:
        return requisition
    if not is_handed_back(requisition_id=requisition.pk):
        raise NotAllowed(f"{requisition.reference} is still with the shared service, so it is not ordered here.")
    return _moved(actor, requisition_id, RequisitionStatus.APPROVED, "handed_back")


def _moved(
    actor: OfficerCard | None,
    requisition_id: UUID,
    status: RequisitionStatus,
    event: str,
    *,
    frees_budget: bool = False,
) -> Requisition:
    requisition = locked(requisition_id)
    if requisition.status == status:
        return requisition
    if frees_budget:
        release(actor=actor, source_id=requisition.pk)
    requisition.status = status
    requisition.version += 1
    requisition.save(update_fields=["status", "version", "updated_at"])
    record(actor, f"purchasing.requisition.{event}", requisition)
    return requisition
