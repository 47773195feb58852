"""What can happen to requisitions and orders: the doors of this app."""

from __future__ import annotations

from .approval import (
    requisition_approved,
    requisition_handed_back,
    requisition_handed_over,
    requisition_rejected,
    requisition_returned,
)
from .consents import agreed_terms, consent_to, keep_consent
from .files import attach_file, remove_file
from .orders import cancel_order, raise_agreed_order, raise_order, record_order_sent
from .requisitions import (
    copy_requisition,
    delete_draft,
    save_draft,
    start_requisition,
    submit_requisition,
    withdraw_requisition,
)
from .suppliers import change_supplier

__all__ = [
    "agreed_terms",
    "attach_file",
    "cancel_order",
    "change_supplier",
    "consent_to",
    "copy_requisition",
    "delete_draft",
    "keep_consent",
    "raise_agreed_order",
    "raise_order",
    "record_order_sent",
    "remove_file",
    "requisition_approved",
    "requisition_handed_back",
    "requisition_handed_over",
    "requisition_rejected",
    "requisition_returned",
    "save_draft",
    "start_requisition",
    "submit_requisition",
    "withdraw_requisition",
]
