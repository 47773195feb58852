"""The words that drafts are asked for with."""

from __future__ import annotations

from django.db.models import QuerySet

from shared_services.tenancy.door import current_council

from .models import ProcessDraft


def drafts_of_this_room() -> QuerySet[ProcessDraft]:
    return ProcessDraft.objects.filter(owner_id=current_council().number).select_related("based_on")
