"""Putting a case on hold and taking it off: its tasks leave inboxes, and due dates stand still meanwhile."""

from __future__ import annotations

import logging
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.choices import CaseVerb
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from . import moving, rules, timer_rows
from .casework import MAY_MANAGE, MAY_TAKE_PART, checked_text, note_event
from .choices import TaskKind, TaskStatus
from .definitions import definition_of
from .engine import Run
from .locking import locked_own_case
from .models import Case, Task, TaskCandidate
from .querysets import OPEN_CASES, OPEN_TASKS

log = logging.getLogger("guildhall.workflow")
REASON_LENGTH = 500
HELD = ["suspended_at", "suspended_until", "version"]


@transaction.atomic
def suspend_case(
    *, actor: OfficerCard, case_id: UUID, reason: str, until: date | None = None, version: int | None = None
) -> Case:
    """Put an open case on hold, until a day or until somebody takes it off. Twice changes nothing.

    Whoever may decide it now, and whoever manages cases, may. Refused for a closed case and outside its own room.
    """
    reason = checked_text(reason, most=REASON_LENGTH, empty="Say why the case has to wait, so that everyone knows.")
    case = locked_own_case(case_id)
    if case.is_suspended:
        return case
    _check_open(case)
    _check_version(case, version)
    check_may_hold(actor, case)
    if until is not None and until <= timezone.localdate():
        raise NotAllowed("The day on which it goes on must be later than today.")
    case.suspended_at, case.suspended_until = timezone.now(), until
    case.version += 1
    case.save(update_fields=HELD)
    owners = [case.owner_id, *case.parts]
    tasks = Task.objects.filter(owner_id__in=owners, case=case, kind=TaskKind.DECIDE, status__in=OPEN_TASKS)
    held = list(tasks.values_list("pk", flat=True))
    # Of a council's task the owner of the case changes no more than this.
    tasks.update(status=TaskStatus.SUSPENDED)
    TaskCandidate.objects.drop(owners=owners, tasks=held)
    note_event(CaseVerb.SUSPENDED, case=case, actor=actor, text=reason)
    record(actor, "workflow.case.suspended", case, until=until)
    return case


@transaction.atomic
def continue_case(*, actor: OfficerCard | None, case_id: UUID, note: str = "", version: int | None = None) -> Case:
    """Take a case off hold: its tasks go back to who may decide them today, due later by the working days it stood.

    `actor` is None on the day that was set beforehand. Twice changes nothing.
    """
    case = locked_own_case(case_id)
    if not case.is_suspended:
        return case
    _check_version(case, version)
    if actor is not None:
        check_may_hold(actor, case)
    held_at = case.suspended_at or timezone.now()
    held_from = timezone.localtime(held_at).date()
    run = Run.restore(definition_of(case.process_version_id), case.state)
    run.put_timers_off(timezone.now() - held_at)
    case.state, case.suspended_at, case.suspended_until = run.state(), None, None
    case.version += 1
    case.save(update_fields=[*HELD, "state"])
    timer_rows.keep_timers(case, run)
    _wake(case, held_from)
    note_event(CaseVerb.CONTINUED, case=case, actor=actor, text=note.strip()[:REASON_LENGTH])
    record(actor, "workflow.case.continued", case, held_from=held_from)
    return case


def continue_due_cases() -> int:
    """Take off hold the cases of this room whose day has come. Gives how many; can run twice.

    One that cannot go on stays on hold until the next round, and holds up no other.
    """
    due = Case.objects.of_this_room().filter(
        status__in=OPEN_CASES, suspended_at__isnull=False, suspended_until__lte=timezone.localdate()
    )
    keys = list(due.values_list("pk", flat=True))
    done = 0
    for key in keys:
        try:
            continue_case(actor=None, case_id=key)
        except Exception:
            log.exception("case %s could not be taken off hold", key)
        else:
            done += 1
    return done


def may_hold(actor: OfficerCard, case: Case) -> bool:
    """Whether an officer may put a case on hold or take it off."""
    if case.owner_id != current_council().number or not may(actor, MAY_TAKE_PART):
        return False
    if may(actor, MAY_MANAGE):
        return True
    tasks = Task.objects.of_this_room().decisions().unfinished().filter(case=case, handled_at_subject=False)
    return any(not rules.why_not(actor, task, case) for task in tasks)


def check_may_hold(actor: OfficerCard, case: Case) -> None:
    if not may_hold(actor, case):
        raise NotAllowed(
            f"Only whoever decides on {case.reference} now, or may manage cases, can put it on hold or take it off.",
            code="not_yours",
        )


def _check_open(case: Case) -> None:
    if case.status not in OPEN_CASES:
        raise NotAllowed(f"{case.reference} is closed already: {case.outcome_text.lower()}. It cannot be put on hold.")


def _check_version(case: Case, version: int | None) -> None:
    if version is not None and version != case.version:
        raise Stale


def _wake(case: Case, held_from: date) -> None:
    here = current_council().number
    candidates: list[TaskCandidate] = []
    for task in Task.objects.filter(owner_id__in=[here, *case.parts], case=case, status=TaskStatus.SUSPENDED):
        if task.owner_id != here:
            # Its days off, its claims and who decides there are that council's: its room goes on with it.
            enqueue("workflow.place_task", council=task.owner_id, task_id=task.pk, held_from=held_from)
            continue
        moving.wake(task, held_from=held_from)
        candidates += moving.find_candidates(task, case)
        task.save()
    TaskCandidate.objects.bulk_create(candidates)
