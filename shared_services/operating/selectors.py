"""Councils' rooms as the platform's team sees them: figures of the catalogue, and nothing that is in them."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from .choices import Status
from .models import Backup, Operation


def rooms() -> QuerySet[Council]:
    """Every council, with the figures of its last backup and the day of its last restore drill that passed."""
    last = Backup.objects.filter(owner_id=SHARED_SERVICE_NUMBER, council=OuterRef("pk")).kept().order_by("-taken_at")
    drills = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER, council=OuterRef("pk"), status=Status.DONE)
    return (
        Council.objects.exclude(pk=SHARED_SERVICE_NUMBER)
        .annotate(
            last_backup=Subquery(last.values("taken_at")[:1]),
            room_bytes=Subquery(last.values("room_bytes")[:1]),
            last_drill=Subquery(drills.drills().order_by("-ended_at").values("ended_at")[:1]),
        )
        .order_by("name")
    )


def backups_of(council: Council) -> list[Backup]:
    return list(Backup.objects.of(council.number).kept().order_by("-taken_at"))


def operations_of(number: int) -> Any:
    return Operation.objects.of(number).select_related("council", "backup").order_by("-asked_at")
