"""Having a case tried again that a fault had stopped."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from . import moving
from .casework import MAY_TAKE_PART
from .choices import CaseStatus
from .definitions import definition_of
from .engine import Run
from .models import Case
from .timer_rows import start_again

MAY_RETRY = ("workflow.manage_processes", "workflow.view_all_cases")
"""Either of these, of an officer who does more than read."""


def may_retry(actor: OfficerCard, case: Case) -> bool:
    """Whoever may manage processes or see every case, in the room that the case belongs to."""
    at_home = case.owner_id == current_council().number
    return case.status == CaseStatus.PARKED and at_home and _may_ask(actor)


def _may_ask(actor: OfficerCard) -> bool:
    return may(actor, MAY_TAKE_PART) and any(may(actor, name) for name in MAY_RETRY)


@transaction.atomic
def retry_case(*, actor: OfficerCard, case_id: UUID, version: int | None = None) -> Case:
    """Try again what stopped a case, and let the case move on.

    Locks the case. The portal does the work, not the officer: he gains no right by it. A case that stops
    again says so with its new cause. One that runs already is left alone; an older `version` is told.
    """
    found = Case.objects.of_this_room().select_for_update(of=("self",)).filter(pk=case_id).first()
    if found is None:
        raise NotAllowed("This case is not here.", code="not_found")
    if not _may_ask(actor):
        raise NotAllowed("You may not have cases tried again. Ask whoever manages processes.", code="not_yours")
    if found.status != CaseStatus.PARKED:
        return found
    if version is not None and version != found.version:
        raise Stale
    stopped_by = found.fault
    run = Run.restore(definition_of(found.process_version_id), found.state)
    start_again(found)
    moving.move_on(found, run, None, set(moving.user_steps(run)), retry=True)
    record(actor, "workflow.case.retried", found, fault=stopped_by, status=found.status)
    return found
