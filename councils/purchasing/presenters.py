"""What an approver sees of a requisition on the task page."""

from __future__ import annotations

from typing import Any

from shared_services.annexes.selectors import attachments_for
from shared_services.govuk.words import spoken_date, spoken_money
from shared_services.workflow.presenters import Presentation, presenter

from .joint_words import joint_buying_in_words
from .models import Requisition
from .tables import (
    CODING_HEADINGS,
    LINE_HEADINGS,
    budget_table,
    coding_rows,
    file_list,
    line_rows,
    totals_summary,
)


@presenter("requisition_approval")
def requisition_to_decide(case: Any, officer: Any) -> Presentation:
    """The facts of the requisition behind a case; another room sees only what the case itself carries."""
    requisition = Requisition.objects.with_lines().filter(pk=case.subject_id).first()
    if requisition is None:
        rows = [("Reference", case.reference), ("Title", case.title)]
        if case.amount is not None:
            rows.append(("Net amount", spoken_money(case.amount)))
        return Presentation(summary=rows)
    lines = list(requisition.lines.all())
    head_headings, heads, all_enough = budget_table(requisition)
    return Presentation(
        summary=[
            ("Reference", requisition.reference),
            ("Title", requisition.title),
            ("Raised by", f"{requisition.requester.work_name}, {requisition.requester.job_title}".rstrip(", ")),
            ("Why it is needed", requisition.justification),
            ("Needed by", spoken_date(requisition.needed_by_on)),
            ("Supplier", requisition.supplier_name or "Not chosen"),
            ("Delivery", requisition.delivery_location),
            ("Buy together with other councils", joint_buying_in_words(requisition, lines)),
            *totals_summary(requisition),
        ],
        template="pages/councils/purchasing/case_facts.html",
        context={
            "requisition": requisition,
            "line_headings": LINE_HEADINGS,
            "line_rows": line_rows(lines),
            "coding_headings": CODING_HEADINGS,
            "coding_rows": coding_rows(lines),
            "head_headings": head_headings,
            "head_rows": heads,
            "files": file_list(attachments_for(requisition)),
        },
        url=requisition.get_absolute_url(),
        warnings=[]
        if all_enough
        else ["There is not enough budget left on at least one code. See the balances below."],
    )
