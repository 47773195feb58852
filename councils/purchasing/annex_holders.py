"""Who may open the files of a requisition: whoever may see the requisition."""

from __future__ import annotations

from typing import Any

from shared_services.access.models import OfficerCard
from shared_services.annexes.holders import annex_holder

from .selectors import may_see


@annex_holder("purchasing.requisition")
def may_open_files(officer: OfficerCard, requisition: Any) -> bool:
    return may_see(officer, requisition)
