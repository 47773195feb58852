"""What officers add around a case: messages that its parties read, and a room's own times for its inbox."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel

CARD = "access.OfficerCard"


class CaseMessage(PooledModel):
    """A comment that its writer chose to show to every party of a joint case. Any other stays in the room (annexes)."""

    append_only = True
    shown_to_councils = True

    case = models.ForeignKey("workflow.Case", on_delete=models.CASCADE, related_name="+", db_index=False)
    card = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    card_name = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["owner", "case", "at"], name="message_by_case")]

    def __str__(self) -> str:
        return f"{self.card_name}: {self.text[:60]}"


class CaseworkSettings(PooledModel):
    """How long a claim holds in a room, and when waiting tasks are reminded of and passed up; one row a room."""

    claim_days = models.PositiveSmallIntegerField(default=5)
    remind_after = models.PositiveSmallIntegerField(default=5, null=True, blank=True)
    """Working days between reminders where the drawing says nothing; empty: none."""
    escalate_after = models.PositiveSmallIntegerField(default=15, null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "casework settings"
        constraints = [models.UniqueConstraint(fields=["owner"], name="casework_settings_once")]

    def __str__(self) -> str:
        return "Times for cases and tasks"
