"""The packs that a council's officers asked for on the portal."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils import timezone

from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import LineKind, PackStatus, TakeOverStatus

ARCHIVES = "archives"
"""Where the archives of predecessors lie in a successor’s folder of files."""
FOLDER = "exit-packs"
"""Where packs that can be downloaded lie in a room’s folder of files."""
SILENCE = timedelta(minutes=15)
"""A pack that nobody has written at for so long lost its worker."""
ANSWERED_WITHIN = timedelta(days=7)
"""How long a pack that was asked for waits for a second officer."""


class ExitPack(PrivateModel):
    """One pack: who asked for it, which second officer agreed, how far it is, and the archive until it expires.

    The line stays when the file goes.
    """

    left_out_of_packs = "The list of packs itself: it speaks of files that this install deletes."

    asked_by = pooled_key("access.OfficerCard")
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=PackStatus.choices, default=PackStatus.ASKED)
    answered_by = pooled_key("access.OfficerCard", null=True, blank=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why the second officer refused."""
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
                fields=["status"],
                condition=models.Q(status__in=[PackStatus.ASKED, PackStatus.WRITING]),
                name="one_exit_pack_under_way",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=[PackStatus.WRITING, PackStatus.READY])
                | (models.Q(answered_by__isnull=False) & ~models.Q(answered_by=models.F("asked_by"))),
                name="exit_pack_by_two_officers",
            ),
        ]

    def __str__(self) -> str:
        return f"Exit pack of {spoken_instant(self.asked_at)}"

    def get_absolute_url(self) -> str:
        return reverse("leaving:pack", args=[self.pk])

    @property
    def waits_until(self) -> datetime:
        """When it lapses without an answer."""
        return self.asked_at + ANSWERED_WITHIN

    @property
    def is_waiting(self) -> bool:
        """A second officer can still answer."""
        return self.status == PackStatus.ASKED and self.waits_until > timezone.now()

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


class TakeOver(PrivateModel):
    """A take-over of records, tried or done, as both councils keep it: the successor and the predecessor each have one.

    Only the schema’s owner writes it. The archive lies in the successor’s room alone.
    """

    left_out_of_packs = "It speaks of another council’s records; the audit record, which is packed, tells of it."
    written_by_database = True

    operation_id = models.UUIDField(unique=True)
    predecessor_number = models.PositiveSmallIntegerField()
    predecessor_name = models.CharField("predecessor", max_length=120)
    successor_name = models.CharField("successor", max_length=120)
    status = models.CharField(max_length=6, choices=TakeOverStatus.choices)
    at = models.DateTimeField("when", default=timezone.now)
    totals = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    """A dict a table: title, there, taken, same, before, after, and sums of the same kind."""
    digest = models.CharField(max_length=64)
    """SHA-256 of how clashes are settled: what both councils signed."""
    signed_by = models.CharField(max_length=700, blank=True)
    archive_size = models.BigIntegerField(default=0)
    archive_sha256 = models.CharField(max_length=64, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    chain_seq = models.BigIntegerField(default=0)
    """How many links the predecessor's audit record had, and the hash of the last."""
    chain_hash = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    """Of each table, how many rows were taken over and a hash of them: nobody has touched them while they agree."""
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["-at"], name="take_overs_newest")]

    def __str__(self) -> str:
        return f"{self.predecessor_name} into {self.successor_name}"

    def get_absolute_url(self) -> str:
        return reverse("leaving:take_over", args=[self.pk])

    @property
    def stored_name(self) -> str:
        return f"{ARCHIVES}/{self.operation_id}.zip"


class TakeOverLine(PrivateModel):
    """One record for which somebody has to know what became of it: the crosswalk from the predecessor's codes to these."""

    left_out_of_packs = "It speaks of another council’s records; the codes that they have here are packed with them."
    written_by_database = True

    take_over = models.ForeignKey(TakeOver, on_delete=models.CASCADE, related_name="lines", db_index=False)
    place = models.PositiveIntegerField()
    kind = models.CharField("what happens", max_length=8, choices=LineKind.choices)
    table = models.CharField("kind of record", max_length=80, blank=True)
    label = models.CharField("record", max_length=250)
    before = models.CharField("predecessor’s code", max_length=254, blank=True)
    here = models.CharField("successor’s code", max_length=254, blank=True)
    before_id = models.UUIDField(null=True, blank=True)
    here_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["take_over", "place"], name="take_over_line_place")]

    def __str__(self) -> str:
        return f"{self.label}: {self.before} {self.here}".strip()
