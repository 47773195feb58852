"""Search over cases, by reference and title."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.search import HITS_OF_A_KIND, SearchHit, search_provider

from . import selectors


@search_provider("workflow.view_case")
def find_cases(query: str, actor: OfficerCard) -> list[SearchHit]:
    """Cases that the officer may list."""
    found = selectors.cases_for(actor).filter(Q(reference__icontains=query) | Q(title__icontains=query))
    return [
        SearchHit(
            title=str(case),
            url=reverse("workflow:case", args=[case.pk]),
            text=case.step or case.outcome_text or case.get_status_display(),
            kind="Cases",
        )
        for case in found[:HITS_OF_A_KIND]
    ]
