"""The queue's way in: the council's own order after its managers agreed to a joint purchase."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from shared_services.messaging.tasks import council_task
from shared_services.procurement.selectors import share_for_order
from shared_services.procurement.services import report_order, report_order_failure
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.services import resume_case

from .joint_terms import AgreedTerms
from .services import raise_order

JOINT_PURCHASE = "joint_purchase"


@council_task
def order_from_proposal(share_id: str) -> None:
    """Raise this council's orders from a joint purchase, at the agreed prices, and report back. Safe to run twice.

    All its orders are raised or none is: a shortage is reported, so that budget can be moved and the order asked for again.
    """
    share = share_for_order(UUID(str(share_id)))
    if share is None:
        return
    references = []
    try:
        with transaction.atomic():
            for requisition in share.requisitions:
                prices = {
                    line.requisition_line_id: line.agreed_unit_price
                    for line in requisition.lines
                    if line.agreed_unit_price is not None
                }
                order = raise_order(
                    actor=None,
                    requisition_id=requisition.requisition_id,
                    terms=AgreedTerms(supplier_name=share.supplier_name, unit_prices=prices),
                )
                references.append(order.reference)
                answer = {"joint_outcome": "ordered", "order_reference": order.reference}
                resume_case(case_id=requisition.case_id, wait=JOINT_PURCHASE, values=answer)
    except NotAllowed as refusal:
        report_order_failure(share_id=share.share_id, reason=refusal.message)
        return
    report_order(actor=None, share_id=share.share_id, order_references=references)
