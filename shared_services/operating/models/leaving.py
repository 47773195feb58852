"""A council says that it will leave. Its own decision, taken by two of its officers, seen by every partner."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

CARD = "access.OfficerCard"


class LeaveNotice(PooledModel):
    """Notice to leave on a day. It counts when the section 151 officer has agreed, until it is called back."""

    left_out_of_packs = "A notice to leave this install says nothing in another."

    shown_to_councils = True

    council_name = models.CharField("council", max_length=120)
    leaves_on = models.DateField("leaves on")
    reason = models.CharField(max_length=1000, blank=True)
    given_by = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_by_name = models.CharField("notice given by", max_length=150)
    given_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    agreed_by_name = models.CharField("agreed by", max_length=150, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    checks = models.JSONField(default=list)
    """What was still open when it was agreed: [{"title": ..., "found": [...]}]."""
    withdrawn_by_name = models.CharField(max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]
        indexes = [models.Index(fields=["owner", "-given_at"], name="leave_notices_latest")]
        constraints = [
            models.UniqueConstraint(fields=["owner"], condition=Q(withdrawn_at=None), name="one_notice_to_leave"),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("given_by")), name="two_officers_decide_to_leave"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None, agreed_at=None) | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="leaving_agreed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.council_name} leaves on {self.leaves_on}"
