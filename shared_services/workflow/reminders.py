"""The daily round over a room's open tasks: remind, pass up what waits too long, end old claims, take cases off hold.

When a step reminds and passes up is said in its drawing, else by the room's own times. A reminder is a line in the
room and a number on the task; the same day twice is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.annexes.choices import CaseVerb
from shared_services.annexes.models import CaseEvent
from shared_services.audit.services import PORTAL, record
from shared_services.tenancy.door import current_council

from . import authority, moving, passing_up
from .calendars import is_working_day, working_days_between
from .casework import casework_settings, note_event
from .choices import TaskStatus
from .locking import locked_task
from .models import CaseworkSettings, Task, TaskCandidate
from .telling import tell


@dataclass(frozen=True, slots=True)
class Times:
    """When one step reminds and passes up, in working days."""

    remind_after: int | None
    escalate_after: int | None


@transaction.atomic
def remind_and_escalate(*, on: date | None = None) -> tuple[int, int]:
    """Remind of and pass up this room's tasks that have waited long enough; gives how many of each. Can run twice."""
    on = on or timezone.localdate()
    if not is_working_day(on):
        return 0, 0
    settings = casework_settings()
    due: list[Task] = []
    late: list[UUID] = []
    waiting = Task.objects.of_this_room().decisions().filter(status=TaskStatus.READY, placed=True)
    for task in waiting.select_related("case").defer("case__state").iterator(chunk_size=500):
        times = times_of(task, settings)
        waited = working_days_between(task.clock_from_on or timezone.localtime(task.ready_at).date(), on)
        if times.remind_after and task.reminded_on != on and waited >= times.remind_after * (task.reminded + 1):
            due.append(task)
        if times.escalate_after and task.escalated_on is None and waited >= times.escalate_after:
            late.append(task.pk)
    _remind(due, on)
    return len(due), sum(escalate_task(task_id=key, on=on) for key in late)


def times_of(task: Task, settings: CaseworkSettings) -> Times:
    """The times of a task's step: the drawing's where it says so, the room's otherwise."""
    step = passing_up.step_of(task, task.case)
    return Times(
        int(step.remind_after) if step and step.remind_after else settings.remind_after,
        int(step.escalate_after) if step and step.escalate_after else settings.escalate_after,
    )


@transaction.atomic
def escalate_task(*, task_id: UUID, on: date) -> bool:
    """Ask the officers above those who have let a task wait. They decide it like any other, never what is their own.

    Gives False, and leaves the task as it is, when nobody above may decide it. Passing up twice changes nothing.
    """
    task = locked_task(task_id)
    if task.status != TaskStatus.READY or task.escalated_on is not None or task.handled_at_subject:
        return False
    known = set(TaskCandidate.objects.of_this_room().filter(task=task).values_list("card_id", flat=True))
    holders = authority.may_decide(authority.holders_for(task, task.case), task.role, task.case)
    allowed = passing_up.above(task, task.case, holders) - known
    if not allowed:
        return False
    cards = list(OfficerCard.objects.of_council(current_council().number).active().filter(pk__in=allowed))
    task.escalated_on = on
    task.escalated_to = [card.pk for card in cards]
    task.save(update_fields=["escalated_on", "escalated_to"])
    TaskCandidate.objects.bulk_create(
        [one for one in _in_everybodys_inbox(moving.find_candidates(task, task.case)) if one.card_id not in known],
        ignore_conflicts=True,
    )
    names = ", ".join(sorted(card.work_name for card in cards))
    note_event(CaseVerb.ESCALATED, case=task.case, task=task, actor=None, to_name=names[:500])
    record(None, "workflow.task.escalated", task, case=str(task.case_id), to=[str(card.pk) for card in cards])
    tell([card.pk for card in cards], "task_escalated", case_id=task.case_id, task_id=task.pk)
    return True


def _in_everybodys_inbox(candidates: list[TaskCandidate]) -> list[TaskCandidate]:
    """Who is asked because a task waits sees it, whoever has claimed it; and so do their deputies."""
    for candidate in candidates:
        candidate.claimed_elsewhere = False
    return candidates


def _remind(tasks: list[Task], on: date) -> None:
    if not tasks:
        return
    CaseEvent.objects.bulk_create(
        (
            CaseEvent(
                case_id=task.case_id, task_id=task.pk, verb=CaseVerb.REMINDED, title=task.title, by_name=PORTAL, on=on
            )
            for task in tasks
        ),
        ignore_conflicts=True,
    )
    keys = [task.pk for task in tasks]
    Task.objects.of_this_room().filter(pk__in=keys).exclude(reminded_on=on).update(
        reminded=F("reminded") + 1, reminded_on=on
    )
    candidates = TaskCandidate.objects.of_this_room().filter(task_id__in=keys, claimed_elsewhere=False)
    holders: dict[UUID, list[UUID]] = {}
    for task_id, card_id in candidates.values_list("task_id", "card_id"):
        holders.setdefault(task_id, []).append(card_id)
    for task in tasks:
        tell(holders.get(task.pk, ()), "task_reminder", case_id=task.case_id, task_id=task.pk)
    record(None, "workflow.tasks.reminded", ("tasks", on.isoformat()), tasks=[str(key) for key in keys])
