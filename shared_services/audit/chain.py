"""The chain of a room's record: which lines wait, and how each is bound to the one before (ADR on the two-key audit)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from shared_services.tenancy.bases import PrivateModel


class WaitingLine(PrivateModel):
    """A line that is written and not bound into the chain yet. Its key is the line's; the database adds and removes it."""

    written_by_database = True

    def __str__(self) -> str:
        return str(self.pk)


class ChainLink(PrivateModel):
    """The place of one line in its room's chain; the key is the line's own.

    `content_hash` is over the line, `hash` over this link and the hash of the link before. `words` is what the
    auditor's search finds the line by.
    """

    written_by_database = True
    database_functions = ("audit_seal", "audit_content", "audit_words", "audit_link_hash")

    seq = models.BigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    content_hash = models.BinaryField()
    hash = models.BinaryField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            models.Index(fields=["sealed_at", "seq"], name="chain_by_time"),
            GinIndex(fields=["words"], name="chain_words"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {bytes(self.hash).hex()[:16]}"


class WitnessedHead(PrivateModel):
    """Another room's head of one day, copied here: what this room can swear to, whatever becomes of the shared schema."""

    only_read_in_packs = "Other rooms’ heads, known by the numbers of the install that the pack comes from."

    append_only = True

    council = models.PositiveSmallIntegerField()
    day = models.DateField()
    seq = models.BigIntegerField()
    lines = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    witnessed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "day"], name="one_witnessed_head_a_day")]

    def __str__(self) -> str:
        return f"{self.council} {self.day}: {self.seq}"


class Verification(PrivateModel):
    """One round of checking this room's chain: how far it is and what it found."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        SOUND = "sound", "Sound"
        BROKEN = "broken", "Broken"
        FAILED = "failed", "Could not finish"

    asked_by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    lines = models.BigIntegerField(default=0)
    checked = models.BigIntegerField(default=0)
    last_seq = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)
    finding = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="verifications_by_time")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.status}"
