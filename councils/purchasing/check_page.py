"""Checking a requisition before it is sent for approval: what is missing, what is left, who will decide."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from councils.organisation.choices import BudgetCheckMode
from councils.organisation.selectors import council_settings
from shared_services.annexes.selectors import attachments_for

from . import rules, services
from .choices import EDITABLE
from .editing_pages import own_requisition
from .forms import VersionedForm
from .joint_words import TOGETHER, always_together
from .models import Requisition
from .requisition_pages import OwnRequisition
from .selectors import who_will_approve
from .tables import HEAD_HEADINGS, LINE_HEADINGS, head_rows, line_rows, totals_summary


class CheckRequisition(OwnRequisition):
    """What is complete and what is missing, with the balances, before it is sent for approval.

    It finds whatever submitting would refuse, and offers to submit only when there is nothing.
    """

    form_class = VersionedForm
    template_name = "pages/councils/purchasing/check_requisition.html"
    button = "Submit for approval"

    def get_subject(self) -> Requisition:
        subject = own_requisition(self.actor, self.kwargs["reference"])
        return Requisition.objects.with_lines().get(pk=subject.pk)

    def get_title(self) -> str:
        return f"Check requisition {self.subject.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        requisition = self.subject
        lines = list(requisition.lines.all())
        heads, all_enough = head_rows(requisition)
        stops = council_settings().budget_check_mode == BudgetCheckMode.STOP
        together = always_together(lines)
        tasks = tasks_of(
            requisition, lines, bought_together=together, budget=budget_task(lines, all_enough, stops=stops),
            file_count=attachments_for(requisition).count(),
        )  # fmt: skip
        is_complete = not any(task.get("blocks") for task in tasks)
        return super().get_context(
            tasks=tasks,
            line_headings=LINE_HEADINGS,
            line_rows=line_rows(lines),
            head_headings=HEAD_HEADINGS,
            head_rows=heads,
            all_enough=all_enough,
            stops=stops,
            totals=totals_summary(requisition),
            is_editable=requisition.status in EDITABLE,
            is_complete=is_complete,
            bought_together=together,
            together_text=TOGETHER,
            approvers=who_will_approve(requisition, lines) if is_complete else [],
            **kwargs,
        )

    def act(self, form: VersionedForm) -> HttpResponse:
        rules.check_not_submitted_already(self.subject)
        requisition = services.submit_requisition(
            actor=self.actor, requisition_id=self.subject.pk, version=form.cleaned_data["version"]
        )
        return self.done(f"Requisition {requisition.reference} sent for approval.", to=requisition)


def tasks_of(
    requisition: Requisition, lines: list, *, bought_together: bool, budget: dict[str, Any], file_count: int
) -> list[dict[str, Any]]:
    """The task list: each part of the form and whether it is complete."""
    edit = reverse("purchasing:edit_requisition", args=[requisition.reference])
    files = reverse("purchasing:files", args=[requisition.reference])
    missing = rules.missing_details(requisition, today=localdate(), bought_together=bought_together)
    no_code = [line.position for line in lines if not line.cpv_id]
    not_coded = [line.position for line in lines if sum(share.amount for share in line.codings.all()) != line.cost_amount
                 or not line.codings.all()]  # fmt: skip
    return [
        _task("What you need and why", edit, " ".join(missing)),
        _task("Lines", edit, "" if lines and requisition.net_amount else "Add at least one line with a price."),
        _task("CPV codes", edit, f"Choose a code for line {_listed(no_code)}." if no_code else ""),
        _task("Who pays", edit, f"Say which cost centre pays for line {_listed(not_coded)}." if not_coded else ""),
        budget,
        {"title": "Files", "url": files, "status": f"{file_count} attached" if file_count else "Optional"},
    ]


def budget_task(lines: list, all_enough: bool, *, stops: bool) -> dict[str, Any]:
    """Whether every code has enough; a council may let its budget holders decide on a shortage."""
    enough = all_enough and bool(lines)
    return {
        "title": "Budget",
        "hint": "" if all_enough else "There is not enough left on at least one code. See the balances below.",
        "status": "Enough" if enough else "Check",
        "colour": "" if enough else "red",
        "blocks": not enough and stops,
    }


def _task(title: str, url: str, missing: str) -> dict[str, Any]:
    return {
        "title": title,
        "url": url,
        "hint": missing,
        "status": "Incomplete" if missing else "Completed",
        "colour": "blue" if missing else "",
        "blocks": bool(missing),
    }


def _listed(numbers: list[int]) -> str:
    words = [str(number) for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
