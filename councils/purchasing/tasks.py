"""The queue's way in: the council's own order after its managers agreed to a joint purchase."""

from __future__ import annotations

import logging
from uuid import UUID

from django.conf import settings
from django.db import transaction

from shared_services.audit.services import record
from shared_services.messaging.tasks import council_task
from shared_services.procurement.selectors import SharedTerms, terms_of_share
from shared_services.procurement.services import report_order, report_order_failure
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.services import resume_case

from .bank_details import seal_anew
from .models import JointConsent
from .services import agreed_terms, consent_to, raise_agreed_order

log = logging.getLogger("guildhall.purchasing")
JOINT_PURCHASE = "joint_purchase"


@council_task
def order_from_proposal(share_id: UUID) -> None:
    """Raise this council's orders from a joint purchase it agreed to, and report back. Safe to run twice.

    Supplier, lines and prices come from the council's own consent; the shared rows only have to say the same. All
    its orders are raised or none is: a shortage is reported, so that budget can be moved and the order asked for again.
    """
    terms = terms_of_share(share_id)
    if terms is None:
        return
    try:
        consent = consent_to(terms)
    except NotAllowed as refusal:
        _refuse(terms, refusal)
        return
    try:
        with transaction.atomic():
            references = _raise_orders(consent)
    except NotAllowed as refusal:
        report_order_failure(share_id=terms.share_id, reason=refusal.message)
        return
    report_order(actor=None, share_id=terms.share_id, order_references=references)


def _raise_orders(consent: JointConsent) -> list[str]:
    references = []
    for requisition_id, agreed in agreed_terms(consent).items():
        order = raise_agreed_order(requisition_id=requisition_id, terms=agreed)
        references.append(order.reference)
        if order.requisition.case_id:
            resume_case(
                case_id=order.requisition.case_id,
                wait=JOINT_PURCHASE,
                values={"joint_outcome": "ordered", "order_reference": order.reference},
            )
    return references


def _refuse(terms: SharedTerms, refusal: NotAllowed) -> None:
    """An order nobody here agreed to was asked for: say so in the log, in this council's record and to who asked."""
    log.error("An order from joint purchase %s was refused: %s", terms.reference, refusal.message)
    subject = ("procurement.proposalshare", terms.share_id)
    record(None, "purchasing.joint_order.refused", subject, reason=refusal.message, seen=terms.digest())
    report_order_failure(share_id=terms.share_id, reason=refusal.message)


@council_task
def renew_bank_seals() -> None:
    """Nightly, while an earlier secret is in use: seal bank details with the newest. Safe to run twice."""
    if settings.SECRET_KEY_FALLBACKS:
        seal_anew()
