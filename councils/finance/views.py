"""The pages of finance."""

from __future__ import annotations

from .budget_pages import (
    ListBudgets,
    ListCommitments,
    ListCostCentres,
    ListSubjectiveCodes,
    ListVirements,
    ShowCostCentre,
    ShowVirement,
)
from .upkeep_pages import (
    AddCostCentre,
    AddSubjectiveCode,
    ChangeCostCentre,
    ChangeSubjectiveCode,
    ChangeVirementLimits,
    SetBudget,
)
from .virement_pages import Vire

__all__ = [
    "AddCostCentre",
    "AddSubjectiveCode",
    "ChangeCostCentre",
    "ChangeSubjectiveCode",
    "ChangeVirementLimits",
    "ListBudgets",
    "ListCommitments",
    "ListCostCentres",
    "ListSubjectiveCodes",
    "ListVirements",
    "SetBudget",
    "ShowCostCentre",
    "ShowVirement",
    "Vire",
]
