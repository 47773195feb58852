"""The pages of the migration from the legacy ERP."""

from .batches import (
    BringFiles,
    CheckAgain,
    DiscardBatch,
    ListBatches,
    ListProblems,
    LoadBatch,
    ShowBatch,
    UndoBatch,
)
from .matching import DownloadTemplate, ListCodes, ListTemplates, MapColumns, MatchCodes
from .orders import ListLegacyOrders, ShowLegacyOrder
from .reconciling import SignOff, StateTotals

__all__ = [
    "BringFiles",
    "CheckAgain",
    "DiscardBatch",
    "DownloadTemplate",
    "ListBatches",
    "ListCodes",
    "ListLegacyOrders",
    "ListProblems",
    "ListTemplates",
    "LoadBatch",
    "MapColumns",
    "MatchCodes",
    "ShowBatch",
    "ShowLegacyOrder",
    "SignOff",
    "StateTotals",
    "UndoBatch",
]
