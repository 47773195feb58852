"""The pages of purchasing."""

from __future__ import annotations

from .cpv_pages import SearchCpv, ShowBalance, SuggestCpv
from .editing_pages import EditRequisition, StartRequisition
from .order_pages import CancelOrder, DownloadOrder, ListOrders, PrintOrder, ShowOrder
from .requisition_pages import (
    ChangeFiles,
    CheckRequisition,
    CopyRequisition,
    ListRequisitions,
    RemoveFile,
    ShowRequisition,
    WithdrawRequisition,
)

__all__ = [
    "CancelOrder",
    "ChangeFiles",
    "CheckRequisition",
    "CopyRequisition",
    "DownloadOrder",
    "EditRequisition",
    "ListOrders",
    "ListRequisitions",
    "PrintOrder",
    "RemoveFile",
    "SearchCpv",
    "ShowBalance",
    "ShowOrder",
    "ShowRequisition",
    "StartRequisition",
    "SuggestCpv",
    "WithdrawRequisition",
]
