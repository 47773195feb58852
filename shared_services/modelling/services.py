"""What can happen to a draft: it is started, saved, abandoned."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.models import ProcessVersion

from . import drawings
from .choices import DraftStatus
from .models import ProcessDraft
from .skeleton import first_drawing

MAY_MANAGE = "workflow.manage_processes"
LONGEST_JSON = 512 * 1024
MOST_TABLES = 50
KEY = re.compile(r"[a-z][a-z0-9_]{2,59}")


@transaction.atomic
def start_draft(*, actor: OfficerCard, title: str) -> ProcessDraft:
    """Begin a process of this room's own with a small drawing that can be published as it is.

    Raises NotAllowed when there is a process of that name already: then it is that one which is changed.
    """
    check_may(actor, MAY_MANAGE)
    title = title.strip()
    key = key_from(title)
    check_key_is_free(key)
    return _add(actor, key=key, title=title, bpmn=first_drawing(key, title))


@transaction.atomic
def import_draft(*, actor: OfficerCard, bpmn: str, dmn: list[str]) -> ProcessDraft:
    """Begin a draft from files. They are kept byte for byte; what is wrong in them is found on the draft's page.

    A file of a process that this room knows becomes a draft of its next version.
    """
    check_may(actor, MAY_MANAGE)
    key = drawings.check_drawing(bpmn).get("id", "")
    if not key or len(key) > 80:
        raise NotAllowed("Give the process in the file an ID of 80 characters or fewer.", code="bpmn")
    _check_content(key, {"bpmn": bpmn, "dmn": dmn})
    newest = newest_of(key)
    return _add(
        actor,
        key=key,
        title=drawings.title_of(bpmn),
        bpmn=bpmn,
        dmn=dmn,
        forms=newest.forms if newest else {},
        tests=newest.tests if newest else [],
        based_on=newest,
    )


@transaction.atomic
def draft_from_version(*, actor: OfficerCard, version_id: UUID) -> ProcessDraft:
    """Begin the next version of a process. In a council's room, one of a joint process is that council's override."""
    check_may(actor, MAY_MANAGE)
    version = ProcessVersion.objects.for_this_room().filter(pk=version_id).first()
    if version is None:
        raise NotAllowed("This version is not here. Go back to the list of processes.", code="not_found")
    return _add(
        actor,
        key=version.key,
        title=version.title,
        bpmn=version.bpmn,
        dmn=version.dmn,
        forms=version.forms,
        tests=version.tests,
        based_on=version,
    )


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
    given: dict[str, Any] = {"title": title, "bpmn": bpmn, "dmn": dmn, "forms": forms, "tests": tests}
    changes = {name: value for name, value in given.items() if value is not None}
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
    draft.version += 1
    draft.edited_at, draft.edited_by_name = timezone.now(), actor.work_name
    if actor.pk not in draft.drawn_by:
        draft.drawn_by = [*draft.drawn_by, actor.pk]
    draft.save(update_fields=[*changes, "version", "edited_at", "edited_by_name", "drawn_by"])
    record(actor, "modelling.draft.saved", draft, changed=sorted(changes), version=draft.version)
    return draft


@transaction.atomic
def abandon_draft(*, actor: OfficerCard, draft_id: UUID, version: int | None = None) -> ProcessDraft:
    """Give a draft up. It stays in the list of what was abandoned; abandoning twice changes nothing."""
    check_may(actor, MAY_MANAGE)
    draft = locked_draft(draft_id)
    if draft.status == DraftStatus.ABANDONED:
        return draft
    check_version(draft, version)
    check_open(draft)
    draft.status = DraftStatus.ABANDONED
    draft.version += 1
    draft.save(update_fields=["status", "version"])
    record(actor, "modelling.draft.abandoned", draft)
    return draft


def locked_draft(draft_id: UUID) -> ProcessDraft:
    """A draft of this room, locked, so that two officers queue."""
    drafts = ProcessDraft.objects.select_for_update(of=("self",)).select_related("based_on")
    draft = drafts.filter(owner_id=current_council().number, pk=draft_id).first()
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


def key_from(title: str) -> str:
    """The ID of a process from its title: “Taxi licence” is taxi_licence."""
    key = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60].rstrip("_")
    if not KEY.fullmatch(key):
        raise NotAllowed("Enter a title that starts with a letter and has at least 3 letters or numbers.", code="title")
    return key


def newest_of(key: str) -> ProcessVersion | None:
    """The version that new cases of this room run, or None: its own, else the joint one."""
    versions = ProcessVersion.objects.for_this_room().filter(key=key).order_by("-owner_id", "-version")
    return versions.select_related("based_on").first()


def joint_version(key: str) -> ProcessVersion | None:
    """The newest joint version of a process."""
    return ProcessVersion.objects.newest(key, owner=SHARED_SERVICE_NUMBER).first()


def joint_base(draft: ProcessDraft) -> ProcessVersion | None:
    """The joint version that a council's draft stands on; None for a process of its own, and in the shared service."""
    if current_council().is_shared_service or draft.based_on is None:
        return None
    return draft.based_on if draft.based_on.is_joint else draft.based_on.based_on


def check_key_is_free(key: str) -> None:
    known = newest_of(key)
    if known is not None:
        raise NotAllowed(
            f"There is a process “{known.title}” already. Open it and start a draft from its newest version.",
            code="title",
        )


def _add(actor: OfficerCard, **content: Any) -> ProcessDraft:
    draft = ProcessDraft(
        owner_id=current_council().number, edited_by_name=actor.work_name, drawn_by=[actor.pk], **content
    )
    draft.save(force_insert=True)
    based_on = draft.based_on.version if draft.based_on else None
    record(actor, "modelling.draft.started", draft, key=draft.key, based_on=based_on)
    return draft


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
