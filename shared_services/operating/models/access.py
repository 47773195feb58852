"""The platform's team in a council's room: for a time, reading only, by leave of the council."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from ..querysets import AccessGrantQuerySet


class AccessGrant(PooledModel):
    """One person let in. The council's own row, made with the account by the council's own service."""

    left_out_of_packs = "Whom the council let in here; its audit record, which is packed, tells of each."

    operation_key = models.UUIDField()
    card = models.ForeignKey("access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False)
    work_name = models.CharField(max_length=150)
    reason = models.CharField(max_length=500)
    opened_by_name = models.CharField("let in by", max_length=150)
    opened_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=150, blank=True)

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["owner", "card", "-opened_at"], name="access_of_a_card")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "operation_key"], name="one_access_an_operation"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="access_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"Access of {self.work_name}"
