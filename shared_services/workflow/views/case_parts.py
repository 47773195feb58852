"""What the case page shows: how the case stands now, and what an officer can do with it."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.models import CaseEvent, CaseNote
from shared_services.annexes.selectors import attachments_for
from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.tenancy.directory import council_by_number
from shared_services.tenancy.door import current_council

from .. import casework, delays, foresight, going_back, holds, selectors
from ..choices import CaseStatus
from ..definitions import definition_of
from ..engine import Run
from ..models import Case, CaseMessage
from ..pictures import process_title, steps_of
from .parts import history_items, step_items
from .task_parts import questions_on

STATUS_COLOURS = {
    CaseStatus.OPEN.label: "blue",
    CaseStatus.WAITING.label: "yellow",
    CaseStatus.COMPLETED.label: "green",
    CaseStatus.WITHDRAWN.label: "grey",
    CaseStatus.PARKED.label: "red",
    "On hold": "orange",
}


def seen_token(case: Case) -> str:
    """Changes whenever something on the live part of the page does."""
    event = CaseEvent.objects.filter(case_id=case.pk).aggregate(at=Max("at"))["at"]
    note = CaseNote.objects.filter(case_id=case.pk).aggregate(at=Max("written_at"))["at"]
    marks = [str(case.version), *(f"{moment:%m%d%H%M%S%f}" for moment in (event, note) if moment)]
    if case.parts:
        owners = [case.owner_id, *case.parts]
        marks.append(str(CaseMessage.objects.filter(owner_id__in=owners, case=case).count()))
    return "-".join(marks)


def live_parts(case: Case, actor: OfficerCard) -> dict[str, Any]:
    """How the case stands now: who can act, what happens then, the picture, the history."""
    run = Run.restore(definition_of(case.process_version_id), case.state) if case.is_open and case.state else None
    acting = selectors.who_can_act(case) if case.is_open and not case.is_suspended else []
    return {
        "seen": seen_token(case),
        "status": case.status_text,
        "status_colour": STATUS_COLOURS[case.status_text],
        "hold_text": _hold_text(case) if case.is_suspended else "",
        "acting": [_acting(case, found, actor, run) for found in acting],
        "after_waiting": foresight.after_waiting(case, run) if run is not None and not acting else [],
        "history": history_items(case),
        "steps": step_items(steps_of(case)),
        "process_title": process_title(case),
    }


def around(case: Case, actor: OfficerCard) -> dict[str, Any]:
    """What is kept beside the case, and what the officer can do with it."""
    return {
        "at_risk": delays.at_risk(case).why if case.is_open else "",
        "questions": questions_on(case.pk, actor),
        "verbs": _verbs(case, actor),
        "files": _files(case, actor),
    }


def _acting(case: Case, found: selectors.WhoCanAct, actor: OfficerCard, run: Run | None) -> dict[str, Any]:
    task, here = found.task, current_council().number
    council = council_by_number(task.owner_id)
    mine = task.owner_id == here and may(actor, "workflow.complete_task") and not selectors.why_not(actor, task)
    return {
        "task": task,
        "council": council.short_name if council and task.owner_id != case.owner_id else "",
        "role": found.role_label,
        "names": found.names,
        "because": found.because,
        "claimed": f"Claimed by {task.claimed_by_name}." if task.is_claimed else "",
        "url": reverse("workflow:task", args=[task.pk]) if mine else "",
        "ahead": foresight.after_each_answer(case, task, run),
    }


def _verbs(case: Case, actor: OfficerCard) -> list[tuple[str, str]]:
    """What may be done, each with the address of its page."""
    if not may(actor, casework.MAY_TAKE_PART):
        return []
    names = [("Comment on this case", "comment_on_case"), ("Add a file", "add_case_file")]
    if case.is_suspended:
        if holds.may_hold(actor, case):
            names.append(("Take this case off hold", "continue_case"))
    elif case.is_open and holds.may_hold(actor, case):
        names.append(("Put this case on hold", "hold_case"))
    if may(actor, casework.MAY_MANAGE) and case.owner_id == current_council().number:
        if case.is_open:
            if going_back.steps_to_redo(case):
                names.append(("Send it back to an earlier step", "redo_step"))
        elif going_back.reopens_at(case):
            names.append(("Reopen this case", "reopen_case"))
    return [(label, reverse(f"workflow:{name}", args=[case.pk])) for label, name in names]


def _files(case: Case, actor: OfficerCard) -> list[dict[str, Any]]:
    return [
        {
            "name": file.name,
            "url": reverse("annexes:download", args=[file.pk]),
            "remove_url": reverse("workflow:remove_case_file", args=[case.pk, file.pk])
            if file.uploaded_by_id == actor.pk
            else "",
            "hint": f"{file.size / 1024:,.0f} KB, added by {file.uploaded_by_name} on {spoken_instant(file.uploaded_at)}",
        }
        for file in attachments_for(case)
    ]


def _hold_text(case: Case) -> str:
    since = f"On hold since {spoken_instant(case.suspended_at)}."
    if case.suspended_until:
        return f"{since} It goes on by itself on {spoken_date(case.suspended_until)}. Due dates stand still until then."
    return f"{since} Due dates stand still until somebody takes it off hold."
