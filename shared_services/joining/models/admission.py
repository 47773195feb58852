"""How the partnership admits a council, and the partners' votes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shared_services.tenancy.bases import PooledModel

from ..choices import Admission, Service, Voice


class AdmissionSettings(PooledModel):
    """How councils are admitted: one row, kept by the partnership administrator."""

    shared_service_only = True

    admission = models.CharField(max_length=10, choices=Admission.choices, default=Admission.SIGNATURES)
    days_to_vote = models.PositiveSmallIntegerField(default=14)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "admission settings"
        constraints = [models.UniqueConstraint(fields=["owner"], name="one_row_of_admission_settings")]

    def __str__(self) -> str:
        return self.get_admission_display()


class AdmissionVote(PooledModel):
    """One partner's voice on one applicant. It belongs to the partner, who reads nothing else of the application.

    The partner gives its voice and no more: on whom, and until when, is the shared service's to say.
    """

    shared_service_may_insert = True
    kept_after_leaving = "A vote is part of the record of the council that applied"
    changes_only = ("voice", "reason", "voted_by_id", "voted_at")

    application_key = models.UUIDField()
    """The application's key: its row is the shared service's alone."""
    applicant = models.ForeignKey(
        "tenancy.RegisteredCouncil", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    services = ArrayField(models.CharField(max_length=20, choices=Service.choices), default=list)
    asked_at = models.DateTimeField(auto_now_add=True)
    closes_on = models.DateField()
    """The last day on which a vote counts."""
    voice = models.CharField("vote", max_length=8, choices=Voice.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    voted_by = models.ForeignKey(
        "access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    voted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "application_key"], name="one_vote_a_partner"),
            models.CheckConstraint(condition=Q(voice="") | Q(voted_at__isnull=False), name="a_vote_has_its_time"),
        ]

    def __str__(self) -> str:
        return f"Vote on {self.applicant_id}"
