"""What officers add to a case while it runs: comments, and files. They stay in the room of whoever wrote them.

On a joint case a comment is shown to the other parties only when its writer says so; files never leave the room.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.annexes.choices import CaseVerb, NoteKind
from shared_services.annexes.models import Attachment, CaseNote
from shared_services.annexes.services import attach, remove_attachment, write_note
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .casework import MAY_TAKE_PART, checked_text, note_event
from .locking import locked_case
from .models import Case, CaseMessage
from .selectors import may_view_case
from .telling import tell

TEXT_LENGTH = 2000
SAME_AGAIN = timedelta(minutes=5)
"""The same words by the same officer within this time are one comment, sent twice."""


@transaction.atomic
def comment_on_case(
    *, actor: OfficerCard, case_id: UUID, text: str, mention_card_id: UUID | None = None, to_all_parties: bool = False
) -> Case:
    """Add a comment that officers of this room who may see the case read; every party of a joint case, if asked for.

    An officer who is mentioned must be able to see the case. The same comment twice in a row is one.
    """
    text = checked_text(text, most=TEXT_LENGTH, empty="Enter your comment.")
    # Locked, so that the same words sent twice at once are found to be one comment.
    case = locked_case(case_id)
    _check_sees(actor, case)
    others = {case.owner_id, *case.parts} - {current_council().number}
    if to_all_parties and not others:
        raise NotAllowed("Nobody outside this organisation has a part in this case.")
    mentioned = _mentioned(case, mention_card_id)
    if mentioned is not None:
        text = f"For {mentioned.work_name}: {text}"
    if _was_just_said(actor, case, text, to_all_parties):
        return case
    if to_all_parties:
        CaseMessage(
            owner_id=current_council().number, parts=sorted(others), case=case, card=actor,
            card_name=actor.work_name, text=text, at=timezone.now(),
        ).save(force_insert=True)  # fmt: skip
    else:
        write_note(actor=actor, case_id=case.pk, text=text)
    record(actor, "workflow.case.commented", case, to_all_parties=to_all_parties)
    if mentioned is not None:
        tell([mentioned.pk], "mentioned", case_id=case.pk)
    return case


@transaction.atomic
def add_case_file(*, actor: OfficerCard, case_id: UUID, upload: UploadedFile) -> Attachment:
    """Put a file on a case, for the officers of this room who may see it. The same file twice is kept once."""
    case = _seen_case(actor, case_id)
    known = set(Attachment.objects.of(case).on_record().values_list("pk", flat=True))
    added = attach(actor=actor, subject=case, upload=upload)
    if added.pk not in known:
        note_event(CaseVerb.FILE_ADDED, case=case, actor=actor, text=added.name)
    return added


@transaction.atomic
def remove_case_file(*, actor: OfficerCard, case_id: UUID, attachment_id: UUID) -> Attachment:
    """Take a file off a case; only whoever added it may. Removing it twice changes nothing."""
    case = _seen_case(actor, case_id)
    attachment = Attachment.objects.of(case).filter(pk=attachment_id).select_for_update().first()
    if attachment is None:
        raise NotAllowed("This file is not on the case.", code="not_found")
    return remove_attachment(actor=actor, attachment=attachment)


def _seen_case(actor: OfficerCard, case_id: UUID) -> Case:
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise NotAllowed("This case is not here.", code="not_found")
    _check_sees(actor, case)
    return case


def _check_sees(actor: OfficerCard, case: Case) -> None:
    if not may_view_case(actor, case):
        raise NotAllowed("This case is not here.", code="not_found")
    check_may(actor, MAY_TAKE_PART)


def _mentioned(case: Case, card_id: UUID | None) -> OfficerCard | None:
    if card_id is None:
        return None
    card = OfficerCard.objects.of_council(current_council().number).active().filter(pk=card_id).first()
    if card is None:
        raise NotAllowed("Choose an active officer of this organisation.")
    if not may_view_case(card, case):
        raise NotAllowed(
            f"{card.work_name} may not see this case, so would not find your comment. "
            "Whoever decides on it can ask a question instead."
        )
    return card


def _was_just_said(actor: OfficerCard, case: Case, text: str, to_all_parties: bool) -> bool:
    since = timezone.now() - SAME_AGAIN
    if to_all_parties:
        said = CaseMessage.objects.filter(owner_id=current_council().number, case=case, card=actor, at__gte=since)
        return said.filter(text=text).exists()
    notes = CaseNote.objects.filter(case_id=case.pk, kind=NoteKind.COMMENT, author=actor, written_at__gte=since)
    return notes.filter(text=text).exists()
