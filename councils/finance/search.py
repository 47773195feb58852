"""Finding cost centres by code or name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from shared_services.govuk.search import HITS_OF_A_KIND, SearchHit, search_provider

from .selectors import cost_centres_visible_to


@search_provider("finance.view_budgets")
def cost_centres(query: str, actor: Any) -> list[SearchHit]:
    """The cost centres the officer may see."""
    rows = cost_centres_visible_to(actor).select_related("department")
    rows = rows.filter(Q(code__istartswith=query) | Q(name__icontains=query))[:HITS_OF_A_KIND]
    return [SearchHit(str(row), row.get_absolute_url(), row.department.name, "Cost centres") for row in rows]
