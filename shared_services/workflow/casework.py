"""A room's own times for its inbox, and the line that every verb leaves in a case's history."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.annexes.models import CaseEvent
from shared_services.audit.services import PORTAL, record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .calendars import add_working_days
from .models import Case, CaseworkSettings, Task
from .standing import StandIn

MAY_MANAGE = "workflow.manage_cases"
MAY_TAKE_PART = "workflow.take_part_in_cases"
"""Every officer may, in the cases that he sees; an auditor only reads them."""
LONGEST_TIME = 250
"""Working days: about a year."""


def casework_settings() -> CaseworkSettings:
    """This room's times, or the usual ones where it has set none."""
    found = CaseworkSettings.objects.filter(owner_id=current_council().number).first()
    return found or CaseworkSettings(owner_id=current_council().number, version=0)


@transaction.atomic
def change_casework_settings(
    *,
    actor: OfficerCard,
    claim_days: int,
    remind_after: int | None,
    escalate_after: int | None,
    version: int | None = None,
) -> CaseworkSettings:
    """Set how long a claim holds, and when waiting tasks are reminded of and passed up. Raises Stale."""
    check_may(actor, MAY_MANAGE)
    for days in (claim_days, remind_after, escalate_after):
        if days is not None and not 1 <= days <= LONGEST_TIME:
            raise NotAllowed(f"Enter working days between 1 and {LONGEST_TIME}.")
    if remind_after is not None and escalate_after is not None and escalate_after < remind_after:
        raise NotAllowed("Pass a task up after it has been reminded of, not before.")
    here = current_council().number
    settings, _ = CaseworkSettings.objects.get_or_create(owner_id=here, defaults={"version": 0})
    settings = CaseworkSettings.objects.select_for_update().get(owner_id=here)
    if version is not None and version != settings.version:
        raise Stale
    settings.claim_days, settings.remind_after, settings.escalate_after = claim_days, remind_after, escalate_after
    settings.version += 1
    settings.save()
    record(
        actor, "workflow.casework_settings.changed", settings,
        claim_days=claim_days, remind_after=remind_after, escalate_after=escalate_after,
    )  # fmt: skip
    return settings


def claim_until(on: date) -> date:
    """The last day of a claim that begins on a day."""
    return add_working_days(on, casework_settings().claim_days)


def note_event(
    verb: str,
    *,
    case: Case,
    actor: OfficerCard | None,
    task: Task | None = None,
    to: OfficerCard | None = None,
    to_name: str = "",
    text: str = "",
    task_id: UUID | None = None,
    whom: StandIn | None = None,
) -> CaseEvent:
    """Write a line into the case's history in this room. The caller writes the audit line.

    `whom`: for whom a deputy did it.
    """
    event = CaseEvent(
        case_id=case.pk,
        task_id=task.pk if task else task_id,
        verb=verb,
        title=task.title if task else "",
        by=actor,
        by_name=actor.work_name if actor else PORTAL,
        by_job_title=actor.job_title if actor else "",
        for_name=whom.for_name if whom else "",
        to=to,
        to_name=to.work_name if to else to_name,
        text=text,
        on=timezone.localdate(),
    )
    event.save(force_insert=True)
    return event


def checked_text(text: str, *, most: int, empty: str) -> str:
    """What an officer wrote, trimmed. Raises NotAllowed, saying `empty`, when there is nothing, or too much."""
    text = text.strip()
    if not text:
        raise NotAllowed(empty, code="reason")
    if len(text) > most:
        raise NotAllowed(f"Write {most:,} characters or fewer.", code="reason")
    return text
