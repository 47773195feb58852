"""Search over employments and leave, for HR only."""

from __future__ import annotations

from django.db.models import Q

from shared_services.access.models import OfficerCard
from shared_services.govuk.search import HITS_OF_A_KIND, SearchHit, search_provider
from shared_services.tenancy.door import current_council

from .models import Employment, LeaveRequest


@search_provider("people.view_employments")
def find_employments(query: str, actor: OfficerCard) -> list[SearchHit]:
    """Employments by number, post or officer's name."""
    cards = OfficerCard.objects.of_council(current_council().number).filter(work_name__icontains=query)
    names = dict(cards.values_list("pk", "work_name")[:HITS_OF_A_KIND])
    found = Employment.objects.select_related("post").filter(
        Q(number__icontains=query) | Q(post__title__icontains=query) | Q(card_id__in=list(names))
    )
    return [
        SearchHit(
            f"Employment {one.number}",
            one.get_absolute_url(),
            ", ".join(part for part in (names.get(one.card_id), one.post.title) if part),
            "Employments",
        )
        for one in found[:HITS_OF_A_KIND]
    ]


@search_provider("people.view_employments")
def find_leave(query: str, actor: OfficerCard) -> list[SearchHit]:
    """Leave requests by reference."""
    found = LeaveRequest.objects.filter(reference__icontains=query)[:HITS_OF_A_KIND]
    return [
        SearchHit(
            one.reference, one.get_absolute_url(), f"{one.first_on:%-d %B %Y}, {one.get_status_display()}", "Leave"
        )
        for one in found
    ]
