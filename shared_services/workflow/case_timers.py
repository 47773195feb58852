"""Moving on a case whose time has come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from . import faults, moving
from .candidates import Holders
from .choices import CaseStatus
from .definitions import definition_of
from .engine import Run, TimerAt
from .models import Case, CaseTimer
from .querysets import OPEN_CASES
from .timer_rows import keep_timers
from .writing import Writing

SWEEP = 20_000
"""So many cases are moved on in one sweep at most; the next takes the rest."""


def due_cases(*, at: datetime | None = None) -> list[UUID]:
    """The cases of this room with a timer whose time has come."""
    due = CaseTimer.objects.due(at=at or timezone.now())
    return list(dict.fromkeys(due.order_by("due_at").values_list("case_id", flat=True)[:SWEEP]))


@transaction.atomic(savepoint=False)
def run_due_timers(*, case_id: UUID) -> bool:
    """Move on a case whose time has come; gives whether it moved. Can run twice.

    Locks the case. Raises what keeps a case from going on; `stop_case` then says so on the case.
    """
    case = Case.objects.of_this_room().select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None or case.status not in OPEN_CASES or case.is_suspended:
        return False
    run = Run.restore(definition_of(case.process_version_id), case.state)
    now = timezone.now()
    due = [found for found in run.timers() if found.due_at <= now]
    if not due:
        # A row of before: the officer was quicker.
        keep_timers(case, run, afresh=True)
        return False
    writing = Writing()
    _move_on(case, run, due, writing)
    writing.write()
    return True


@transaction.atomic(savepoint=False)
def run_due_timers_together(*, case_ids: list[UUID]) -> list[UUID]:
    """Move on many cases in one transaction, with few statements for all; gives those that must be looked at alone.

    A case that an officer is at is not waited for. Raises what keeps any of them from going on: then none has moved,
    and each must be tried alone.
    """
    here = Case.objects.of_this_room().filter(pk__in=case_ids).order_by("pk")
    cases = list(here.select_for_update(of=("self",), skip_locked=True))
    alone = set(case_ids) - {case.pk for case in cases}
    holders = Holders()
    writing = Writing(holders=holders.of, stand_ins=holders.stand_ins)
    now = timezone.now()
    for case in cases:
        if case.status not in OPEN_CASES or case.is_suspended:
            continue
        run = Run.restore(definition_of(case.process_version_id), case.state)
        due = [found for found in run.timers() if found.due_at <= now]
        if due:
            _move_on(case, run, due, writing)
        else:
            alone.add(case.pk)
    writing.write()
    return [key for key in case_ids if key in alone]


def _move_on(case: Case, run: Run, due: list[TimerAt], writing: Writing) -> None:
    moving.move_on(case, run, None, set(moving.user_steps(run)), writing=writing)
    writing.record("workflow.case.timed", case, steps=", ".join(found.step.id for found in due))


@transaction.atomic
def stop_case(*, case_id: UUID, error: Exception) -> None:
    """A case could not go on when its time came: it stops with the reason, and its timers are not tried again.

    Safe to run twice. Called after what was begun has been rolled back.
    """
    case = Case.objects.of_this_room().select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None or case.status not in OPEN_CASES:
        return
    if not CaseTimer.objects.due(at=timezone.now()).filter(case=case).update(stopped=True):
        return
    what = case.step or "its next step"
    case.status, case.fault = CaseStatus.PARKED, f"The case could not go on from “{what}” when its time came."[:300]
    case.version += 1
    case.save(update_fields=["status", "fault", "version"])
    faults.write_down(case, step="", what=case.fault, error=error)
