"""Cases: the list, one case's page and its picture."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import Column, GuardedView, ListPage, Page

from .. import casework, selectors
from ..filters import CaseFilter
from ..models import Case
from ..pictures import picture_of
from ..step_forms.keeping import answers_shown
from .case_parts import STATUS_COLOURS, around, live_parts, seen_token
from .faults import stopped_by
from .parts import shown_facts

STOP_ASKING = 286
"""What the page's script takes as the last answer."""


def case_url(case: Case) -> str:
    return reverse("workflow:case", args=[case.pk])


class ListCases(ListPage):
    """The officer's own cases, or every case of the room with the permission."""

    permission = "workflow.view_case"
    title = "Cases"
    template_name = "pages/shared_services/workflow/cases.html"
    columns = [
        Column("reference", "Reference", url=case_url, sort="reference"),
        Column("title", "Title"),
        Column("requester_name", "Raised by", sort="requester_name"),
        Column("amount", "Amount", kind="money", sort="amount"),
        Column("status", "Status", kind="tag", value=lambda case: case.status_text, tags=STATUS_COLOURS),
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

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        times_url = reverse("workflow:casework_times") if may(self.actor, casework.MAY_MANAGE) else ""
        return super().get_context(times_url=times_url, **kwargs)


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
            **shown_facts(case, self.actor, self.request),
            answered_forms=answers_shown(case),
            fault=stopped_by(case, self.actor),
            **live_parts(case, self.actor),
            **around(case, self.actor),
            **kwargs,
        )


class CaseLive(_OneCase):
    """How a case stands now, for the page that is open: asked for by its script, and empty while nothing has changed."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            # Signed out meanwhile: stop asking, and leave the page as it is.
            return HttpResponse(status=STOP_ASKING, headers={"HX-Reswap": "none"})
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.find(kwargs["case_id"])
        if request.GET.get("seen") == seen_token(case):
            return HttpResponse(status=204)
        context = {"case": case, "changed": True, **live_parts(case, self.actor), **around(case, self.actor)}
        return render(request, "pages/shared_services/workflow/_case_news.html", context)


class CasePicture(_OneCase):
    """The drawing with the case's steps marked, as an image of its own."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(picture_of(self.find(kwargs["case_id"])), content_type="image/svg+xml")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
