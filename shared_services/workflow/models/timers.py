"""When cases have to be looked at again."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel

from ..querysets import CaseTimerQuerySet
from .cases import Case


class CaseTimer(PooledModel):
    """A timer that runs in a case: what the sweep reads, so that it opens no case before its time.

    Written from the engine's state whenever a case moves on, in the room that the case belongs to.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timers", db_index=False)
    engine_id = models.UUIDField()
    due_at = models.DateTimeField()
    what = models.CharField(max_length=200)
    """The step's name in the drawing."""
    stopped = models.BooleanField(default=False)
    """The case could not go on when this went off: it is not tried again until somebody asks for it."""

    objects = CaseTimerQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "case", "engine_id"], name="timer_once_per_step")]
        indexes = [models.Index(fields=["owner", "due_at"], name="timer_by_due", condition=models.Q(stopped=False))]

    def __str__(self) -> str:
        return f"{self.what}: {self.due_at:%d %b %Y %H:%M}"
