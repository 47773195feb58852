"""The steps of a long job of the owner: one shape for every app's, how they are laid out and how people see them.

`StepBoard` (`step_board.py`) writes them while the work is under way; templates draw them with
`components/live_steps.html`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models

from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .causes import in_plain_words


class StepStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


STEP_COLOURS = {
    StepStatus.WAITING: "grey",
    StepStatus.RUNNING: "blue",
    StepStatus.DONE: "green",
    StepStatus.FAILED: "red",
}


class LiveStep(PooledModel):
    """One step of a job. A subclass adds the key of the job that it belongs to, and that each step is there once."""

    shared_service_only = True

    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    status = models.CharField(max_length=8, choices=StepStatus.choices, default=StepStatus.WAITING)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=300, blank=True)
    """Why it failed: our own words, or for the platform's team what went wrong and where (`causes.py`)."""

    class Meta:
        abstract = True
        ordering = ["place"]

    def __str__(self) -> str:
        return self.title


def lay_out(model: type[LiveStep], steps: Iterable[tuple[str, str]], *, parts: Iterable[int] = (), **of: Any) -> None:
    """Every step (key, title) waits. Part of the caller's transaction, in the shared service's room."""
    for place, (key, title) in enumerate(steps, start=1):
        model._default_manager.update_or_create(
            owner_id=SHARED_SERVICE_NUMBER, key=key, **of,
            defaults={
                "place": place, "title": title, "parts": list(parts), "status": StepStatus.WAITING,
                "started_at": None, "ended_at": None, "cause": "",
            },
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as a page shows it."""

    title: str
    status: str
    colour: str
    cause: str
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownSteps:
    """The steps of one job, and how many of them are done."""

    steps: tuple[ShownStep, ...]
    done: int

    @classmethod
    def of(cls, kept: Iterable[LiveStep], *, for_team: bool) -> Self:
        """In their order. Only the platform's team is shown what went wrong in the program's own words."""
        found = sorted(kept, key=lambda step: step.place)
        return cls(
            tuple(
                ShownStep(
                    step.title, step.get_status_display(), STEP_COLOURS[StepStatus(step.status)],
                    step.cause if for_team else in_plain_words(step.cause), step.started_at, step.ended_at,
                )
                for step in found
            ),
            sum(step.status == StepStatus.DONE for step in found),
        )  # fmt: skip

    @property
    def total(self) -> int:
        return len(self.steps)
