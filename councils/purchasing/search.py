"""Finding requisitions and orders by reference, title or supplier."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from shared_services.govuk.search import HITS_OF_A_KIND, SearchHit, search_provider
from shared_services.govuk.words import spoken_money

from .selectors import orders_visible_to, requisitions_visible_to


def _matching(query: str) -> Q:
    return Q(reference__icontains=query) | Q(title__icontains=query) | Q(supplier_name__icontains=query)


@search_provider("purchasing.view_requisition")
def requisitions(query: str, actor: Any) -> list[SearchHit]:
    """The requisitions the officer may see."""
    return [
        SearchHit(
            f"{row.reference} {row.title}",
            row.get_absolute_url(),
            f"{spoken_money(row.net_amount)}, {row.get_status_display().lower()}",
            "Requisitions",
        )
        for row in requisitions_visible_to(actor).filter(_matching(query))[:HITS_OF_A_KIND]
    ]


@search_provider("purchasing.view_order")
def orders(query: str, actor: Any) -> list[SearchHit]:
    """The orders the officer may see."""
    return [
        SearchHit(
            f"{row.reference} {row.title}",
            row.get_absolute_url(),
            f"{spoken_money(row.net_amount)}, {row.supplier_name or 'no supplier named'}",
            "Orders",
        )
        for row in orders_visible_to(actor).filter(_matching(query))[:HITS_OF_A_KIND]
    ]
