"""What the platform's team can do to one council's room, and how far it has come."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    BACK_UP = "back_up", "Back up"
    DRILL = "drill", "Restore drill"
    RESTORE = "restore", "Restore from a backup"
    RENAME = "rename", "Rename"
    SUCCEED = "succeed", "Become the new council in a reorganisation"
    TRY_MERGER = "try_merger", "Try to take over a council’s records"
    MERGE = "merge", "Take over a council’s records"
    UNMERGE = "unmerge", "Undo a take-over"
    CLONE = "clone", "Copy to a sandbox"
    SUSPEND = "suspend", "Suspend"
    RESUME = "resume", "Resume"
    ACCESS = "access", "Look at the council’s pages, without changing anything"
    LEAVE = "leave", "Leave the partnership"
    CALL_BACK = "call_back", "Stay after all"
    REMOVE = "remove", "Remove the portal"


MERGERS = (Kind.TRY_MERGER, Kind.MERGE, Kind.UNMERGE)
"""What is done to two rooms at once: the successor’s, and that of the council whose records it takes over."""
NEEDS_CONSENT = (Kind.RESTORE, Kind.SUCCEED, Kind.ACCESS, Kind.CLONE, *MERGERS)
"""What reads or changes a council's data happens only when somebody of the council agrees in its own portal."""
BY_THE_COUNCIL = (Kind.LEAVE, Kind.CALL_BACK)
"""What follows from a decision that the council takes by itself."""


class Status(models.TextChoices):
    ASKED = "asked", "Waiting for the council"
    PROMISED = "promised", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused by the council"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN = (Status.ASKED, Status.PROMISED, Status.RUNNING)
STATUS_COLOURS = {
    Status.ASKED: "yellow",
    Status.PROMISED: "grey",
    Status.RUNNING: "blue",
    Status.DONE: "green",
    Status.FAILED: "red",
    Status.REFUSED: "orange",
    Status.WITHDRAWN: "grey",
}
STATE_COLOURS = {"Live": "green", "Suspended": "red", "Leaving": "yellow", "Ended": "grey"}
PORTAL = "The portal"
"""Who asks for what happens by itself."""
MOST_HOURS = 8
"""The longest time for which the platform's team is let into a room."""
