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
    SAME = "same", "Joined"
    LEFT = "left", "Role not taken over"
    OFFICER = "officer", "New officer"


LINE_COLOURS = {
    "To be settled first": "red",
    "Gets a prefix": "yellow",
    "Joined": "blue",
    "Role not taken over": "orange",
    "New officer": "grey",
}

MEANINGS = {
    LineKind.OBSTACLE: "nothing can be taken over before this is settled",
    LineKind.RENAMED: "the successor uses the code for something else, so the predecessor’s gets letters before it",
    LineKind.SAME: "both councils have it: the successor’s stays, and what belonged to the predecessor’s is put to it",
    LineKind.LEFT: "the officer comes over without this role, which the successor gives anew where it is wanted",
    LineKind.OFFICER: "gets an account in the successor’s portal, and a link to choose a password",
}
"""What each kind of line means, said after how many there are."""
