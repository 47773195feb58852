"""Taking a case or a task in hand for a change: locked, and the case always first, so that two officers queue and never deadlock."""

from __future__ import annotations

from uuid import UUID

from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .models import Case, Task


def locked_task(task_id: UUID) -> Task:
    """A task of this room with its case, both locked. Raises NotAllowed when it is not here."""
    number = current_council().number
    found = (
        Task.objects.select_related("case")
        .select_for_update(of=("case", "self"))
        .filter(owner_id=number, pk=task_id)
        .first()
    )
    if found is None:
        raise NotAllowed("This task is not here. Go back to your inbox.", code="not_found")
    return found


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
