"""The packs that a council's officers asked for on the portal."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone

from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import PackStatus

FOLDER = "exit-packs"
"""Where the archives lie in a room's folder of files."""
SILENCE = timedelta(minutes=15)
"""A pack that nobody has written at for so long lost its worker."""


class ExitPack(PrivateModel):
    """One pack: who asked for it, how far it is, and the archive until it expires. The line stays when the file goes."""

    left_out_of_packs = "The list of packs itself: it speaks of files that this install deletes."

    asked_by = pooled_key("access.OfficerCard")
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=PackStatus.choices, default=PackStatus.WRITING)
    done = models.PositiveIntegerField(default=0)
    """Parts that are written, of `total`."""
    total = models.PositiveIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    documents = models.PositiveIntegerField(default=0)
    missing_documents = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(default=timezone.now)
    """When its worker was last heard of."""
    written_at = models.DateTimeField(null=True, blank=True)
    size = models.BigIntegerField(default=0)
    """Of the archive, in bytes."""
    sha256 = models.CharField(max_length=64, blank=True)
    """Of the archive."""
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["-asked_at"], name="exit_packs_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=models.Q(status=PackStatus.WRITING), name="one_exit_pack_under_way"
            )
        ]

    def __str__(self) -> str:
        return f"Exit pack of {spoken_instant(self.asked_at)}"

    def get_absolute_url(self) -> str:
        return reverse("leaving:pack", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        return self.status == PackStatus.WRITING

    @property
    def is_lost(self) -> bool:
        """Nobody writes at it any more: its worker went away and no other took it up."""
        return self.is_under_way and self.worked_at < timezone.now() - SILENCE

    @property
    def may_be_downloaded(self) -> bool:
        return self.status == PackStatus.READY and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def stored_name(self) -> str:
        """Where the archive lies in the room's folder: never part of a pack itself."""
        return f"{FOLDER}/{self.pk}.zip"
