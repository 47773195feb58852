from __future__ import annotations

from django.db import models


class PackStatus(models.TextChoices):
    ASKED = "asked", "Waiting for a second officer"
    WRITING = "writing", "Being written"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be written"
    DELETED = "deleted", "Deleted"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LAPSED = "lapsed", "Not answered in time"


PACK_COLOURS = {
    PackStatus.ASKED.value: "yellow",
    PackStatus.WRITING.value: "blue",
    PackStatus.READY.value: "green",
    PackStatus.FAILED.value: "red",
    PackStatus.DELETED.value: "grey",
    PackStatus.REFUSED.value: "orange",
    PackStatus.WITHDRAWN.value: "grey",
    PackStatus.LAPSED.value: "grey",
}


class TakeOverStatus(models.TextChoices):
    TRIED = "tried", "Tried"
    TAKEN = "taken", "Taken over"
    UNDONE = "undone", "Undone"


TAKE_OVER_COLOURS = {"Tried": "yellow", "Taken over": "green", "Undone": "grey"}


class LineKind(models.TextChoices):
    """What becomes of a record for which both councils have a word to say."""

    OBSTACLE = "obstacle", "To be settled first"
    RENAMED = "renamed", "Gets a prefix"
    SAME = "same", "Joined with the successor’s"
    LEFT = "left", "Role not taken over"
    OFFICER = "officer", "New officer"


LINE_COLOURS = {
    "To be settled first": "red",
    "Gets a prefix": "yellow",
    "Joined with the successor’s": "blue",
    "Role not taken over": "orange",
    "New officer": "grey",
}
