"""The record of who did what: one line an event, added and read, never changed."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from shared_services.tenancy.bases import PrivateModel

from .chain import ChainLink, Verification, WaitingLine, WitnessedHead

__all__ = ["AuditEntry", "ChainLink", "Verification", "WaitingLine", "WitnessedHead"]


class AuditEntry(PrivateModel):
    """One thing that an officer, or the portal on a council's behalf, did.

    A line stands on its own: it keeps the names of its day, so that it reads the same when the officer or
    the record has gone. Its key is time-ordered and everything in it is set before the INSERT; the database
    binds it into the room's chain afterwards (`chain.py`) without touching it.
    """

    append_only = True

    at = models.DateTimeField()
    actor_card_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    event = models.CharField(max_length=120)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=250)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["subject_id", "-at"], name="audit_by_subject"),
            models.Index(fields=["actor_card_id", "-at"], name="audit_by_actor"),
            models.Index(fields=["event", "-at"], name="audit_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_label}"

    def get_absolute_url(self) -> str:
        return f"/audit/entries/{self.pk}/"
