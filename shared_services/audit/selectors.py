"""Reading the record."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from .models import AuditEntry


def entries_about(subject: models.Model) -> QuerySet[AuditEntry]:
    """Everything that was done to one record, newest first."""
    return AuditEntry.objects.filter(subject_id=str(subject.pk)).order_by("-at")


def entries_by(actor: models.Model) -> QuerySet[AuditEntry]:
    """Everything that one officer did, newest first."""
    return AuditEntry.objects.filter(actor_card_id=actor.pk).order_by("-at")
