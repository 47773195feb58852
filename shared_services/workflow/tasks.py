"""The queue's way in to the workflow."""

from __future__ import annotations

import logging
from datetime import date
from uuid import UUID

from django.db import DatabaseError

from shared_services.messaging.registry import BULK, NOTICES
from shared_services.messaging.tasks import council_task
from shared_services.tenancy.errors import NotAllowed
from shared_services.webhooks.choices import EventType

from . import candidates, case_timers, claims, happenings, holds, reminders, services
from .models import Case

log = logging.getLogger("guildhall.workflow")


@council_task
def place_task(task_id: UUID, held_from: str | None = None) -> None:
    """Find who decides on a joint case's task, in the room of the council whose officer acts. Safe to run twice.

    `held_from` is the day, in ISO form, since which the case was on hold.
    """
    candidates.place_task(task_id=task_id, held_from=date.fromisoformat(held_from) if held_from else None)


@council_task(queue=NOTICES)
def tell_what_happened(event: str, case_id: UUID, at: str, task_id: UUID | None = None) -> None:
    """Tell officers and other systems what happened to a case or a task."""
    happenings.tell_what_happened(event=EventType(event), case_id=case_id, task_id=task_id, at=at)


@council_task(queue=NOTICES)
def tell_about_deputyship(deputy_id: UUID, event: str) -> None:
    """Tell an officer that he was asked to stand in, or whoever asked that he has answered."""
    happenings.tell_about_deputyship(deputy_id=deputy_id, event=event)


@council_task(queue=NOTICES)
def tell_of_matrix_change(by: UUID) -> None:
    """Tell the other officers who may sign an authority matrix that one officer changed lines of it."""
    happenings.tell_of_matrix_change(by=by)


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
    for case_id in list(Case.objects.of_this_room().filter(home_due=True).values_list("pk", flat=True)):
        try:
            services.catch_up(case_id=case_id)
        except (NotAllowed, DatabaseError):
            # One case that cannot move on holds up no other; it is tried again at the next round.
            log.exception("joint case %s could not be caught up", case_id)


def _cases_whose_time_has_come() -> list[dict[str, UUID]]:
    return [{"case_id": case_id} for case_id in case_timers.due_cases()]


def _together(pieces: list[dict[str, UUID]]) -> list[dict[str, UUID]]:
    alone = case_timers.run_due_timers_together(case_ids=[piece["case_id"] for piece in pieces])
    return [{"case_id": case_id} for case_id in alone]


def _stopped(case_id: UUID, error: Exception, final: bool) -> None:
    case_timers.stop_case(case_id=case_id, error=error)


@council_task(queue=BULK, pieces=_cases_whose_time_has_come, together=_together, when_it_fails=_stopped)
def run_due_timers(case_id: UUID) -> None:
    """Move on the cases of this room whose time has come, many in a transaction; one that fails in one of its own.

    Safe to run twice.
    """
    case_timers.run_due_timers(case_id=case_id)


@council_task(queue=BULK)
def tend_cases() -> None:
    """The room's daily round: take cases off hold, end old claims, remind, pass up. Safe to run twice in a day."""
    holds.continue_due_cases()
    claims.end_lapsed_claims()
    reminders.remind_and_escalate()
