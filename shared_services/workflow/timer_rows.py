"""The rows that the sweep of timers reads, kept in line with the engine's state."""

from __future__ import annotations

from .engine import Run
from .models import Case, CaseTimer


def keep_timers(case: Case, run: Run, *, afresh: bool = False) -> None:
    """Bring a case's rows in line with the timers that run in it. Only in the case's own room.

    Nothing is asked of the database while nothing changed; `afresh` reads the rows first, for a case that
    another room moved on.
    """
    now = {found.engine_id: found for found in run.timers()}
    here = CaseTimer.objects.filter(owner_id=case.owner_id, case=case)
    before = dict(here.values_list("engine_id", "due_at")) if afresh else run.timers_before
    gone = [key for key, due_at in before.items() if key not in now or now[key].due_at != due_at]
    if gone:
        here.filter(engine_id__in=gone).drop()
    new = [
        CaseTimer(owner_id=case.owner_id, case=case, engine_id=key, due_at=found.due_at, what=found.step.label[:200])
        for key, found in now.items()
        if before.get(key) != found.due_at
    ]
    if new:
        CaseTimer.objects.bulk_create(new)


def start_again(case: Case) -> None:
    """Somebody has a case tried again: its timers count again."""
    CaseTimer.objects.filter(owner_id=case.owner_id, case=case, stopped=True).update(stopped=False)
