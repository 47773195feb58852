"""What purchasing puts on a requisitioner's home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import counted

from .choices import IN_PROGRESS, RequisitionStatus
from .models import Requisition


@home_card("purchasing.raise_requisition")
def my_requisitions(actor: Any) -> HomeCard:
    """The officer's own drafts, what was sent back, and what is on its way."""
    counts = Requisition.objects.filter(requester_id=actor.pk).aggregate(
        drafts=Count("pk", filter=Q(status=RequisitionStatus.DRAFT)),
        returned=Count("pk", filter=Q(status=RequisitionStatus.RETURNED)),
        on_their_way=Count("pk", filter=Q(status__in=IN_PROGRESS)),
    )
    parts = [
        counted(counts["returned"], "sent back", "sent back") if counts["returned"] else "",
        counted(counts["drafts"], "draft") if counts["drafts"] else "",
        counted(counts["on_their_way"], "on its way", "on their way") if counts["on_their_way"] else "",
    ]
    url = f"{reverse('purchasing:list_requisitions')}?mine=on"
    text = ", ".join(filter(None, parts)) or "Nothing is waiting. Start a new requisition."
    return HomeCard("Your requisitions", sum(counts.values()), text, url, urgent=bool(counts["returned"]), order=20)
