"""A council went live: who decided it, on what state of its checks. Shown to every partner."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel


class LiveDecision(PooledModel):
    """The checks as they stood when a council went live, and why it did where one was red. Never changed or removed."""

    append_only = True
    shown_to_councils = True

    council_name = models.CharField("council", max_length=120)
    """As the council's own room wrote it. Pages show the owner's name, which no council writes."""
    checks = models.JSONField(default=list)
    """[{"title": ..., "ok": ..., "found": [...]}]: every check, the red ones too."""
    red = models.PositiveSmallIntegerField("checks that were red")
    reason = models.CharField(max_length=1000, blank=True)
    officer_name = models.CharField("decided by", max_length=150)
    officer_title = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField("decided", auto_now_add=True)

    class Meta:
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["owner", "-decided_at"], name="live_decisions_latest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(red=0) | ~models.Q(reason=""), name="going_live_over_red_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner.name} went live"
