"""Cases: the list, one case's page and its picture."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import Column, GuardedView, ListPage, Page
from shared_services.tenancy.directory import council_by_number
from shared_services.tenancy.door import current_council

from .. import selectors
from ..choices import CaseStatus
from ..filters import CaseFilter
from ..models import Case, Task
from ..pictures import picture_of, process_title, steps_of
from ..step_forms.keeping import answers_shown
from .faults import stopped_by
from .parts import history_items, shown_facts, step_items

STATUS_COLOURS = {
    CaseStatus.OPEN.label: "blue",
    CaseStatus.WAITING.label: "yellow",
    CaseStatus.COMPLETED.label: "green",
    CaseStatus.WITHDRAWN.label: "grey",
    CaseStatus.PARKED.label: "red",
}


def case_url(case: Case) -> str:
    return reverse("workflow:case", args=[case.pk])


class ListCases(ListPage):
    """The officer's own cases, or every case of the room with the permission."""

    permission = "workflow.view_case"
    title = "Cases"
    columns = [
        Column("reference", "Reference", url=case_url, sort="reference"),
        Column("title", "Title"),
        Column("requester_name", "Raised by", sort="requester_name"),
        Column("amount", "Amount", kind="money", sort="amount"),
        Column("status", "Status", kind="tag", value=lambda case: case.get_status_display(), tags=STATUS_COLOURS),
        Column("step", "Where it is", value=lambda case: case.step or case.outcome_text),
        Column("opened_at", "Started", kind="datetime", sort="opened_at"),
        Column("closed_at", "Closed", kind="datetime", sort="closed_at", shown=False),
        Column("category", "Category", shown=False),
    ]
    filterset_class = CaseFilter
    search_fields = ["reference", "title"]
    search_label = "Search cases"
    default_sort = "-opened_at"
    export_name = "cases"
    export_event = "workflow.cases.exported"
    noun = "case"
    empty_text = "You see cases that you raised or decided on. There are none yet."

    def get_queryset(self) -> Any:
        return selectors.cases_for(self.actor)


class ParkedTasks(ListPage):
    """Tasks on which nobody can act, with the reason: for whoever can give roles or change the matrix."""

    permission = "workflow.view_all_cases"
    title = "Tasks that nobody can do"
    columns = [
        Column("reference", "Reference", url=lambda task: reverse("workflow:case", args=[task.case_id])),
        Column("title", "What to do"),
        Column("parked_reason", "Why nobody can, and what to do"),
        Column("amount", "Amount", kind="money"),
        Column("ready_at", "Waiting since", kind="datetime"),
    ]
    breadcrumbs = [("Cases", "workflow:list_cases")]
    noun = "task"
    empty_text = "Every open task has somebody who can do it."

    def get_queryset(self) -> Any:
        return selectors.parked_tasks()


class _OneCase(GuardedView):
    permission = "workflow.view_case"
    case: Case

    def find(self, key: Any) -> Case:
        """A case that this room has a part in and the officer may see; anything else is not there."""
        case = Case.objects.filter(pk=key).first()
        if case is None or not selectors.may_view_case(self.actor, case):
            raise Http404
        return case


class ViewCase(_OneCase, Page):
    """Facts, where it is and who can act, the picture and everything that was decided."""

    template_name = "pages/shared_services/workflow/case.html"
    breadcrumbs = [("Cases", "workflow:list_cases")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.case = self.find(kwargs["case_id"])
        return self.show()

    def get_title(self) -> str:
        return f"{self.case.reference}: {self.case.title}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        case = self.case
        return super().get_context(
            case=case,
            status=case.get_status_display(),
            status_colour=STATUS_COLOURS[case.get_status_display()],
            **shown_facts(case, self.actor, self.request),
            acting=[self._acting(found) for found in selectors.who_can_act(case)] if case.is_open else [],
            history=history_items(case),
            answered_forms=answers_shown(case),
            steps=step_items(steps_of(case)),
            process_title=process_title(case),
            fault=stopped_by(case, self.actor),
            **kwargs,
        )

    def _acting(self, found: selectors.WhoCanAct) -> dict[str, Any]:
        task: Task = found.task
        here = current_council().number
        council = council_by_number(task.owner_id)
        mine = (
            task.owner_id == here
            and may(self.actor, "workflow.complete_task")
            and not selectors.why_not(self.actor, task)
        )
        return {
            "task": task,
            "council": council.short_name if council and task.owner_id != self.case.owner_id else "",
            "role": found.role_label,
            "names": found.names,
            "because": found.because,
            "url": reverse("workflow:task", args=[task.pk]) if mine else "",
        }


class CasePicture(_OneCase):
    """The drawing with the case's steps marked, as an image of its own."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(picture_of(self.find(kwargs["case_id"])), content_type="image/svg+xml")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
