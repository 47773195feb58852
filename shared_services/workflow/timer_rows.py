"""The rows that the sweep of timers reads, kept in line with the engine's state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from .engine import Run
from .models import Case, CaseTimer
from .writing import Writing


def keep_timers(case: Case, run: Run, *, afresh: bool = False) -> None:
    """Bring a case's rows in line with the timers that run in it. Only in the case's own room.

    Nothing is asked of the database while nothing changed; `afresh` reads the rows first, for a case that
    another room moved on.
    """
    here = CaseTimer.objects.filter(owner_id=case.owner_id, case=case)
    writing = Writing()
    gather_timers(case, run, dict(here.values_list("engine_id", "due_at")) if afresh else run.timers_before, writing)
    writing.write()


def gather_timers(case: Case, run: Run, before: Mapping[UUID, datetime], writing: Writing) -> None:
    """What changes in a case's rows since `before`, for `writing` to write."""
    now = {found.engine_id: found for found in run.timers()}
    gone = [key for key, due_at in before.items() if key not in now or now[key].due_at != due_at]
    new = [
        CaseTimer(owner_id=case.owner_id, case=case, engine_id=key, due_at=found.due_at, what=found.step.label[:200])
        for key, found in now.items()
        if before.get(key) != found.due_at
    ]
    writing.keep_timers(case, gone, new)


def start_again(case: Case) -> None:
    """Somebody has a case tried again: its timers count again."""
    CaseTimer.objects.filter(owner_id=case.owner_id, case=case, stopped=True).update(stopped=False)
