"""Who may open the files of a case: whoever may see the case."""

from __future__ import annotations

from typing import Any

from shared_services.access.models import OfficerCard
from shared_services.annexes.holders import annex_holder


@annex_holder("workflow.case")
def may_open_files(officer: OfficerCard, case: Any) -> bool:
    from .selectors import may_view_case

    return may_view_case(officer, case)
