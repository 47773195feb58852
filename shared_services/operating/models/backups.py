"""The backups of a council's room: where each is and how much is in it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from ..querysets import BackupQuerySet


class Backup(PooledModel):
    """One backup. Its folder has the room's dump, the council's own shared rows, and a manifest with hashes."""

    left_out_of_packs = "Backups lie on this install."
    shared_service_only = True

    council = models.ForeignKey("tenancy.Council", on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField("taken", default=timezone.now)
    """The instant of its snapshot: everything committed before is in it, nothing after."""
    release_head = models.CharField(max_length=64)
    folder = models.CharField(max_length=80)
    """Under the council's own folder of BACKUPS_DIR."""
    manifest_digest = models.CharField(max_length=64)
    """SHA-256 of the manifest, which has the hash of every table and file."""
    tables = models.PositiveIntegerField()
    rows = models.BigIntegerField()
    shared_rows = models.BigIntegerField()
    files = models.PositiveIntegerField()
    size_bytes = models.BigIntegerField("size of the backup")
    room_bytes = models.BigIntegerField("size of the room")
    """What the room's tables, indexes and files take on disk."""
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at"]
        indexes = [models.Index(fields=["owner", "council", "-taken_at"], name="backups_of_a_council")]

    def __str__(self) -> str:
        return f"Backup {self.folder}"
