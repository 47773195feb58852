"""What cases write when they move on: gathered, and written in a few statements for one case or for many.

Nothing here decides anything. Whoever moves cases in one transaction hands the same `Writing` to each and calls `write`
at the end; a case that moves on alone has one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from shared_services.audit.services import record_all
from shared_services.messaging.outbox import enqueue_each
from shared_services.tenancy.statements import RowWriter
from shared_services.webhooks.choices import EventType

from .happenings import Happening, all_happened
from .models import Case, CaseTimer, Task, TaskCandidate
from .standing import StandIns

CASES, TASKS, CANDIDATES = (RowWriter(f"workflow.{name}") for name in ("Case", "Task", "TaskCandidate"))
TOGETHER = 500
"""Rows that one statement adds at most."""
FindHolders = Callable[[Task], set[UUID]]


class Writing:
    """The rows of the cases that move on in this transaction."""

    def __init__(self, *, holders: FindHolders | None = None, stand_ins: StandIns | None = None) -> None:
        self.holders, self.stand_ins = holders, stand_ins
        """Tell a task's holders, and who stands in for them, where many cases are asked about at a time."""
        self._owners: set[int] = set()
        self._closing: dict[UUID, Case] = {}
        self._left: list[tuple[UUID, UUID]] = []
        self._cases: list[tuple[Case, list[str]]] = []
        self._tasks: list[Task] = []
        self._candidates: list[TaskCandidate] = []
        self._gone: list[tuple[UUID, UUID]] = []
        self._timers: list[CaseTimer] = []
        self._happened: list[Happening] = []
        self._lines: list[tuple[str, Case, dict[str, Any]]] = []

    def close(self, case: Case, steps: Iterable[UUID]) -> None:
        """Steps that a case has left: their open tasks are taken back."""
        keys = [(case.pk, key) for key in steps]
        if keys:
            self._left += keys
            self._closing[case.pk] = case
            self._owners |= {case.owner_id, *case.parts}

    def save(self, case: Case, fields: list[str]) -> None:
        self._cases.append((case, fields))

    def open(self, tasks: Iterable[Task], candidates: Iterable[TaskCandidate]) -> None:
        self._tasks += tasks
        self._candidates += candidates

    def keep_timers(self, case: Case, gone: Iterable[UUID], new: Iterable[CaseTimer]) -> None:
        """Timers that no longer run in a case, and those that run now."""
        self._gone += [(case.pk, key) for key in gone]
        self._timers += new

    def tell(self, event: EventType, case: Case) -> None:
        """What happened to a case, for officers and other systems."""
        self._happened.append((event, case, None))

    def record(self, event: str, case: Case, **facts: Any) -> None:
        """A line of the audit record for the portal's own work on a case."""
        self._lines.append((event, case, facts))

    def write(self) -> None:
        """Everything gathered, in the caller's transaction."""
        if self._left:
            self._cancel()
        _save_cases(self._cases)
        for start in range(0, len(self._tasks), TOGETHER):
            TASKS.insert(self._tasks[start : start + TOGETHER])
        for start in range(0, len(self._candidates), TOGETHER):
            CANDIDATES.insert(self._candidates[start : start + TOGETHER])
        enqueue_each("workflow.place_task", [(t.owner_id, {"task_id": t.pk}) for t in self._tasks if not t.placed])
        self._happened += [(EventType.TASK_CREATED, task.case, task) for task in self._tasks if task.placed]
        if self._gone:
            CaseTimer.objects.drop(self._gone)
        if self._timers:
            CaseTimer.objects.bulk_create(self._timers)
        if self._lines:
            record_all(None, self._lines)
        all_happened(self._happened)

    def _cancel(self) -> None:
        owners = sorted(self._owners)
        cancelled = Task.objects.cancel(owners=owners, steps=self._left)
        if cancelled:
            TaskCandidate.objects.drop(owners=owners, tasks=[key for key, _, _ in cancelled])
        for key, case_id, owner in cancelled:
            self._happened.append((EventType.TASK_CANCELLED, self._closing[case_id], Task(pk=key, owner_id=owner)))


def _save_cases(cases: list[tuple[Case, list[str]]]) -> None:
    if len(cases) == 1:
        case, fields = cases[0]
        CASES.update(case, *fields)
    elif cases:
        Case.objects.write_rows([case for case, _ in cases], cases[0][1])
