from __future__ import annotations

from django.db import models


class PackStatus(models.TextChoices):
    WRITING = "writing", "Being written"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be written"
    DELETED = "deleted", "Deleted"


PACK_COLOURS = {
    PackStatus.WRITING.value: "blue",
    PackStatus.READY.value: "green",
    PackStatus.FAILED.value: "red",
    PackStatus.DELETED.value: "grey",
}
