"""Who may open a file that was sent with a step's form: whoever may see its case."""

from __future__ import annotations

from shared_services.access.models import OfficerCard
from shared_services.annexes.holders import annex_holder
from shared_services.annexes.models import FormAnswer

from .models import Case
from .selectors import may_view_case


@annex_holder("annexes.formanswer")
def may_read_answers(officer: OfficerCard, answer: FormAnswer) -> bool:
    case = Case.objects.filter(pk=answer.case_id).first()
    return case is not None and may_view_case(officer, case)
