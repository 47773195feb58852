"""A whole new authority matrix, prepared for a day to come."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from shared_services.tenancy.bases import PooledModel

from ..choices import PlanStatus
from ..querysets import MatrixPlanQuerySet


class MatrixPlan(PooledModel):
    """A matrix that one officer prepares and the section 151 officer signs; from its first day it replaces all lines.

    Until it is signed it has no effect at all: its lines are no lines of the matrix yet.
    """

    from_on = models.DateField()
    minute_reference = models.CharField(max_length=120, blank=True)
    lines = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=10, choices=PlanStatus.choices, default=PlanStatus.PREPARED)
    prepared_by = models.ForeignKey("access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False)
    prepared_by_name = models.CharField(max_length=200)
    prepared_at = models.DateTimeField()
    closed_by_name = models.CharField(max_length=200, blank=True)
    """Who signed or withdrew it."""
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MatrixPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at"]
        indexes = [models.Index(fields=["owner", "-prepared_at"], name="matrix_plan_by_owner")]

    def __str__(self) -> str:
        return f"Authority matrix from {self.from_on.day} {self.from_on:%B %Y}"
