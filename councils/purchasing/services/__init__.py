"""What can happen to requisitions and orders: the doors of this app."""

from __future__ import annotations

from .approval import (
    requisition_approved,
    requisition_handed_back,
    requisition_handed_over,
    requisition_rejected,
    requisition_returned,
)
from .bank_changes import confirm_bank_account, propose_bank_account, turn_down_bank_account
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
from .suppliers import change_supplier, save_supplier

__all__ = [
    "agreed_terms",
    "attach_file",
    "cancel_order",
    "change_supplier",
    "confirm_bank_account",
    "consent_to",
    "copy_requisition",
    "delete_draft",
    "keep_consent",
    "propose_bank_account",
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
    "save_supplier",
    "start_requisition",
    "submit_requisition",
    "turn_down_bank_account",
    "withdraw_requisition",
]
