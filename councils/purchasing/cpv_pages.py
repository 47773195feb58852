"""Finding a CPV code, and the small answers that the requisition form fetches while an officer types."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from councils.finance.selectors import balances
from councils.finance.years import financial_year_of
from shared_services.govuk.pages import GuardedView, Page
from shared_services.procurement.selectors import search_cpv

from .editing_pages import balance_in_words
from .forms import CpvSearchForm

MOST_HITS, SUGGESTIONS = 50, 10


class SearchCpv(Page):
    """Search all 9,454 codes by words or by their first digits."""

    permission = "purchasing.view_requisition"
    title = "Find a CPV code"
    template_name = "pages/councils/purchasing/search_cpv.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [("Requisitions", "purchasing:list_requisitions")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()[:100]
        hits = search_cpv(query, MOST_HITS) if query else []
        return super().get_context(
            form=CpvSearchForm(self.request.GET or None),
            query=query,
            hits=hits,
            headings=["Code", "Label", "Division"],
            rows=[
                [
                    {"text": hit.code, "label": "Code"},
                    {"text": hit.label, "label": "Label"},
                    {"text": hit.division_label, "label": "Division"},
                ]
                for hit in hits
            ],
            **kwargs,
        )


class SuggestCpv(GuardedView):
    """The codes that fit what is typed so far, as a piece of a page."""

    permission = "purchasing.raise_requisition"

    def get(self, request: HttpRequest) -> HttpResponse:
        hits = search_cpv(request.GET.get("q", "")[:100], SUGGESTIONS)
        return render(request, "pages/councils/purchasing/cpv_suggestions.html", {"hits": hits})


class ShowBalance(GuardedView):
    """What is left on one head, in words."""

    permission = "purchasing.raise_requisition"

    def get(self, request: HttpRequest) -> HttpResponse:
        head = (request.GET.get("cost_centre", ""), request.GET.get("subjective", ""))
        try:
            charged_on = date.fromisoformat(request.GET.get("on", ""))
        except ValueError:
            charged_on = localdate()
        year = financial_year_of(charged_on)
        found = balances(financial_year=year, heads=[head]) if all(head) else {}
        text = balance_in_words(found.get(head), year) if all(head) else ""
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
