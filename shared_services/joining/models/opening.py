"""How far the opening of a council's room has come."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel

from ..choices import StepStatus


class OpeningStep(PooledModel):
    """One step of the opening of a room, shown while it happens."""

    shared_service_only = True

    application = models.ForeignKey(
        "joining.Application", on_delete=models.CASCADE, related_name="steps", db_index=False
    )
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    status = models.CharField(max_length=8, choices=StepStatus.choices, default=StepStatus.WAITING)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["owner", "application", "key"], name="opening_step_once")]

    def __str__(self) -> str:
        return self.title
