"""Search over demand and joint proposals, in the shared service's room."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.search import HITS_OF_A_KIND, SearchHit, search_provider
from shared_services.govuk.words import spoken_money
from shared_services.tenancy.directory import all_councils, council_by_number
from shared_services.tenancy.door import current_council

from .models import DemandLine, JointProposal


@search_provider("procurement.view_demand")
def search_proposals(query: str, _actor: OfficerCard) -> list[SearchHit]:
    if not current_council().is_shared_service:
        return []
    found = JointProposal.objects.of_shared_service().filter(
        Q(reference__icontains=query) | Q(title__icontains=query) | Q(supplier_name__icontains=query)
    )
    return [
        SearchHit(
            title=str(proposal),
            url=reverse("procurement:view_proposal", args=[proposal.pk]),
            text=f"{proposal.get_status_display()}, {spoken_money(proposal.net_amount)}",
            kind="Joint proposals",
        )
        for proposal in found[:HITS_OF_A_KIND]
    ]


@search_provider("procurement.view_demand")
def search_demand(query: str, _actor: OfficerCard) -> list[SearchHit]:
    if not current_council().is_shared_service:
        return []
    lines = DemandLine.objects.of_councils(council.number for council in all_councils()).filter(
        Q(reference__icontains=query) | Q(title__icontains=query) | Q(description__icontains=query)
    )
    hits = []
    for line in lines[:HITS_OF_A_KIND]:
        council = council_by_number(line.owner_id)
        hits.append(
            SearchHit(
                title=f"{line.reference}: {line.description}",
                url=reverse("procurement:view_demand", args=[line.owner_id, line.requisition_id]),
                text=f"{council.short_name if council else ''}, {spoken_money(line.net_amount)}",
                kind="Demand from councils",
            )
        )
    return hits
