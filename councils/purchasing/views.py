"""The pages of purchasing."""

from __future__ import annotations

from .check_page import CheckRequisition
from .cpv_pages import SearchCpv, ShowBalance, SuggestCpv
from .editing_pages import EditRequisition, StartRequisition
from .order_pages import CancelOrder, DownloadOrder, ListOrders, PrintOrder, RecordSent, ShowOrder
from .requisition_pages import (
    ChangeFiles,
    CopyRequisition,
    DeleteDraft,
    ListRequisitions,
    RemoveFile,
    ShowRequisition,
    WithdrawRequisition,
)
from .supplier_pages import (
    ChangeSupplier,
    ConfirmBankAccount,
    ListSuppliers,
    NewBankAccount,
    ShowSupplier,
    TurnDownBankAccount,
)

__all__ = [
    "CancelOrder",
    "ChangeFiles",
    "ChangeSupplier",
    "CheckRequisition",
    "ConfirmBankAccount",
    "CopyRequisition",
    "DeleteDraft",
    "DownloadOrder",
    "EditRequisition",
    "ListOrders",
    "ListRequisitions",
    "ListSuppliers",
    "NewBankAccount",
    "PrintOrder",
    "RecordSent",
    "RemoveFile",
    "SearchCpv",
    "ShowBalance",
    "ShowOrder",
    "ShowRequisition",
    "ShowSupplier",
    "StartRequisition",
    "SuggestCpv",
    "TurnDownBankAccount",
    "WithdrawRequisition",
]
