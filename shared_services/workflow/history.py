"""A case's history besides its decisions: who claimed, forwarded, asked, answered, put it on hold, and what was said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from shared_services.annexes.choices import CaseVerb, NoteKind
from shared_services.annexes.models import CaseEvent, CaseNote
from shared_services.tenancy.directory import council_by_number
from shared_services.tenancy.door import current_council

from .models import Case, CaseMessage


def events_around(case: Case, notes: Iterable[CaseNote]) -> Iterator[dict[str, Any]]:
    """Each line's time, words, officer and text, as far as this room keeps or is shown them."""
    said: dict[tuple[UUID | None, str], str] = {(note.task_id, note.kind): note.text for note in notes}
    for event in CaseEvent.objects.filter(case_id=case.pk).order_by("at"):
        yield {
            "at": event.at,
            "title": _title(event),
            "by": f"{event.by_name} for {event.for_name}" if event.for_name else event.by_name,
            "job_title": event.by_job_title,
            "text": event.text or _said(event, said),
        }
    if case.parts:
        here = current_council().number
        owners = [case.owner_id, *case.parts]
        for message in CaseMessage.objects.filter(owner_id__in=owners, case=case).order_by("at"):
            yield {
                "at": message.at,
                "title": "Comment to every party",
                "by": message.card_name,
                "job_title": "" if message.owner_id == here else _council_name(message.owner_id),
                "text": message.text,
            }


def _council_name(number: int) -> str:
    """Whose officer wrote a message: the name on it is the other room's word, the room itself is the database's."""
    council = council_by_number(number)
    return council.short_name if council else ""


def _title(event: CaseEvent) -> str:
    verb = CaseVerb(event.verb)
    if verb == CaseVerb.CLAIM_ENDED:
        return f"Claim of {event.to_name} ended: it was held too long, or its holder may no longer decide"
    done = verb.label
    if verb == CaseVerb.WENT_BACK:
        return f"Sent back to the step “{event.to_name}”"
    if verb == CaseVerb.REOPENED:
        return f"Reopened at “{event.to_name}”"
    if verb == CaseVerb.ESCALATED:
        return f"{event.title}: passed up to {event.to_name}, because it waited too long"
    if event.to_name:
        done = f"{done.lower()} to {event.to_name}"
    elif event.title:
        done = done.lower()
    if verb in (CaseVerb.ASKED, CaseVerb.ANSWERED, CaseVerb.TAKEN_BACK):
        return done[:1].upper() + done[1:]
    return f"{event.title}: {done}" if event.title else done[:1].upper() + done[1:]


def _said(event: CaseEvent, said: dict[tuple[UUID | None, str], str]) -> str:
    """What was asked or answered is a note beside the line."""
    kind = {CaseVerb.ASKED: NoteKind.QUESTION, CaseVerb.ANSWERED: NoteKind.ANSWER}.get(CaseVerb(event.verb))
    return said.get((event.task_id, kind), "") if kind else ""
