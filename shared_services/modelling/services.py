"""What can happen to a draft: it is started, saved, abandoned."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from . import drawings
from .choices import DraftStatus
from .models import ProcessDraft

MAY_MANAGE = "workflow.manage_processes"
LONGEST_JSON = 512 * 1024
MOST_TABLES = 50
_CONTENT = ("title", "bpmn", "dmn", "forms", "tests")


@transaction.atomic
def save_draft(
    *,
    actor: OfficerCard,
    draft_id: UUID,
    version: int | None,
    bpmn: str | None = None,
    dmn: list[str] | None = None,
    forms: dict[str, Any] | None = None,
    tests: list[dict[str, Any]] | None = None,
    title: str | None = None,
) -> ProcessDraft:
    """Keep what was changed in an open draft; what is None stays as it is. A draft may be saved with faults in it.

    Saving the same twice changes nothing. Raises Stale when somebody else saved first, NotAllowed for a draft
    that is no longer open, a file that cannot be read or a drawing of another process.
    """
    check_may(actor, MAY_MANAGE)
    draft = locked_draft(draft_id)
    changes = {"title": title, "bpmn": bpmn, "dmn": dmn, "forms": forms, "tests": tests}
    changes = {name: value for name, value in changes.items() if value is not None}
    _check_content(draft.key, changes)
    if "title" in changes:
        changes["bpmn"] = drawings.titled(changes.get("bpmn", draft.bpmn), changes["title"])
    elif "bpmn" in changes:
        changes["title"] = drawings.title_of(changes["bpmn"])
    changes = {name: value for name, value in changes.items() if getattr(draft, name) != value}
    if not changes:
        return draft
    check_version(draft, version)
    check_open(draft)
    for name, value in changes.items():
        setattr(draft, name, value)
    touch(draft, actor)
    draft.save(update_fields=[*changes, "version", "edited_at", "edited_by_name"])
    record(actor, "modelling.draft.saved", draft, changed=sorted(changes), version=draft.version)
    return draft


def locked_draft(draft_id: UUID) -> ProcessDraft:
    """A draft of this room, locked, so that two officers queue."""
    draft = ProcessDraft.objects.select_for_update().filter(owner_id=current_council().number, pk=draft_id).first()
    if draft is None:
        raise NotAllowed("This draft is not here. Go back to the list of processes.", code="not_found")
    return draft


def check_version(draft: ProcessDraft, version: int | None) -> None:
    if version is not None and version != draft.version:
        raise Stale


def check_open(draft: ProcessDraft) -> None:
    if draft.status != DraftStatus.OPEN:
        raise NotAllowed(
            f"This draft can no longer be changed: it is {draft.get_status_display().lower()}. Start a new one.",
            code="not_open",
        )


def touch(draft: ProcessDraft, actor: OfficerCard) -> None:
    draft.version += 1
    draft.edited_at, draft.edited_by_name = timezone.now(), actor.work_name


def _check_content(key: str, changes: dict[str, Any]) -> None:
    if "bpmn" in changes:
        drawings.check_drawing(changes["bpmn"], key=key)
    if "dmn" in changes:
        tables = changes["dmn"]
        if len(tables) > MOST_TABLES:
            raise NotAllowed(f"A process can have {MOST_TABLES} decision files at most.", code="dmn")
        for number, text in enumerate(tables, start=1):
            drawings.check_table_file(text, f"Decision file {number}")
    if "title" in changes and not 1 <= len(changes["title"].strip()) <= 200:
        raise NotAllowed("Enter a title of 200 characters or fewer.", code="title")
    for name in ("forms", "tests"):
        if name in changes and len(json.dumps(changes[name])) > LONGEST_JSON:
            raise NotAllowed(f"The {name} of this process are larger than {LONGEST_JSON // 1024} KB.", code=name)
