"""The queue's way in to the workflow."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging.registry import BULK
from shared_services.messaging.tasks import council_task

from . import candidates, claims, holds, reminders, services
from .models import Case


@council_task
def place_task(task_id: UUID) -> None:
    """Find who decides on a joint case's task, in the room of the council whose officer acts. Safe to run twice."""
    candidates.place_task(task_id=task_id)


@council_task
def refresh_candidates(card_id: UUID | None = None, role: str = "") -> None:
    """Bring this room's open tasks in line with who holds which role today. Safe to run twice."""
    candidates.refresh_candidates(role=role or None)
    claims.end_lapsed_claims()


@council_task(from_schedule=True)
def catch_up_cases() -> None:
    """Do at home what councils' decisions on joint cases left to do. Safe to run twice.

    Asked for by the schedule: a council's room cannot ask for work in another.
    """
    for case_id in Case.objects.of_this_room().filter(home_due=True).values_list("pk", flat=True):
        services.catch_up(case_id=case_id)


@council_task(queue=BULK)
def tend_cases() -> None:
    """The room's daily round: take cases off hold, end old claims, remind, pass up. Safe to run twice in a day."""
    holds.continue_due_cases()
    claims.end_lapsed_claims()
    reminders.remind_and_escalate()
