"""Officers who stand in for others."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from ..choices import DeputyStatus
from ..querysets import DeputyQuerySet

CARD = "access.OfficerCard"


class Deputy(PooledModel):
    """From one day to another an officer decides for a colleague, within a scope, once he has accepted."""

    principal = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    principal_name = models.CharField(max_length=200)
    deputy = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    deputy_name = models.CharField(max_length=200)
    from_on = models.DateField()
    to_on = models.DateField()
    decision_types = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    roles = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    cost_centres = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    """Empty lists: every process, role and cost centre of the colleague's."""
    max_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    signed_cap_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    """Up to here the deputy may decide beyond his own limit: the section 151 officer signed it."""
    signed_by_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=DeputyStatus.choices, default=DeputyStatus.ASKED)
    named_by = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    named_by_name = models.CharField(max_length=200)
    named_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    """Who declined or ended it."""
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deputies"
        ordering = ["from_on", "principal_name"]
        indexes = [
            models.Index(fields=["owner", "status", "from_on"], name="deputy_by_status"),
            models.Index(fields=["owner", "principal"], name="deputy_by_principal"),
            models.Index(fields=["owner", "deputy"], name="deputy_by_deputy"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(to_on__gte=models.F("from_on")), name="deputy_dates_in_order"),
            models.CheckConstraint(condition=~models.Q(principal=models.F("deputy")), name="deputy_is_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_name} for {self.principal_name}"

    @property
    def is_live(self) -> bool:
        return self.status in {DeputyStatus.ASKED, DeputyStatus.ACCEPTED} and self.to_on >= timezone.localdate()

    def in_force_on(self, day: date) -> bool:
        return self.status == DeputyStatus.ACCEPTED and self.from_on <= day <= self.to_on
