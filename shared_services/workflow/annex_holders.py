"""Who may open the files of a case, and those sent with a step's form: whoever may see the case."""

from __future__ import annotations

from typing import Any

from shared_services.access.models import OfficerCard
from shared_services.annexes.holders import annex_holder
from shared_services.annexes.models import FormAnswer

from .models import Case
from .selectors import may_view_case


@annex_holder("workflow.case")
def may_open_files(officer: OfficerCard, case: Any) -> bool:
    return may_view_case(officer, case)


@annex_holder("annexes.formanswer")
def may_read_answers(officer: OfficerCard, answer: FormAnswer) -> bool:
    case = Case.objects.filter(pk=answer.case_id).first()
    return case is not None and may_view_case(officer, case)
