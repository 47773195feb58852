"""Taking a case or a task in hand for a change: locked, and the case always first, so that two officers queue and never deadlock."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.statements import JoinedRows

from .models import Case, Task

TASK_AND_CASE = JoinedRows("workflow.Task", "case", where="t0.owner_id = %s AND t0.id = %s FOR UPDATE OF t1, t0")


def locked_task(task_id: UUID) -> Task:
    """A task of this room with its case, both locked. Raises NotAllowed when it is not here."""
    found = TASK_AND_CASE.find(current_council().number, task_id)
    if found is None:
        raise NotAllowed("This task is not here. Go back to your inbox.", code="not_found")
    return cast(Task, found)


def locked_case(case_id: UUID) -> Case:
    """A case that this room has a part in, locked. Raises NotAllowed when it is not here."""
    found = Case.objects.select_for_update().filter(pk=case_id).first()
    if found is None:
        raise NotAllowed("This case is not here.", code="not_found")
    return found


def locked_own_case(case_id: UUID) -> Case:
    """The same for what only the case's own room may do."""
    case = locked_case(case_id)
    if case.owner_id != current_council().number:
        raise NotAllowed(f"{case.reference} belongs to the shared service. Ask it to do this.", code="not_yours")
    return case
