"""Adding notes and files to a record, and taking files off it."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed

from . import rules
from .choices import NoteKind
from .models import Attachment, CaseNote

NAME_LENGTH = 200


@transaction.atomic
def attach(*, actor: OfficerCard, subject: models.Model, upload: UploadedFile) -> Attachment:
    """Put a file on a record. The caller has checked that the officer may change the record.

    Raises NotAllowed when the file is too big, of a type that may not be attached, or not what it says it is.
    The same file put on the same record twice is kept once.
    """
    rules.check_size(upload)
    content_type = rules.content_type_of(upload)
    digest = _digest(upload)
    known = Attachment.objects.of(subject).on_record().filter(sha256=digest).first()
    if known is not None:
        return known

    attachment = Attachment(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        name=_plain_name(upload.name or "file"),
        content_type=content_type,
        size=upload.size or 0,
        sha256=digest,
        uploaded_by=actor,
        uploaded_by_name=actor.work_name,
    )
    attachment.file.save(attachment.name, upload, save=False)
    attachment.save(force_insert=True)
    record(actor, "annexes.attachment.added", attachment, name=attachment.name, record=str(subject.pk), sha256=digest)
    return attachment


@transaction.atomic
def remove_attachment(*, actor: OfficerCard, attachment: Attachment) -> Attachment:
    """Take a file off its record; only the officer who added it may. The line and the file itself are kept."""
    if attachment.removed_at is not None:
        return attachment
    if attachment.uploaded_by_id != actor.pk:
        raise NotAllowed(f"Only {attachment.uploaded_by_name}, who added this file, can remove it.")
    attachment.removed_at = timezone.now()
    attachment.version += 1
    attachment.save(update_fields=["removed_at", "version"])
    record(actor, "annexes.attachment.removed", attachment, name=attachment.name)
    return attachment


def write_note(
    *, actor: OfficerCard, case_id: UUID, text: str, task_id: UUID | None = None, kind: str = NoteKind.COMMENT
) -> CaseNote:
    """Keep what an officer wrote about a case, in the room of that officer. The caller writes the audit line."""
    note = CaseNote(case_id=case_id, task_id=task_id, kind=kind, author=actor, author_name=actor.work_name, text=text)
    note.save(force_insert=True)
    return note


def note_by_portal(*, case_id: UUID, text: str) -> CaseNote:
    """Keep what the portal itself has to say about a case, such as why it stopped. The caller writes the audit line."""
    note = CaseNote(case_id=case_id, author_name="Guildhall", text=text)
    note.save(force_insert=True)
    return note


def _digest(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _plain_name(name: str) -> str:
    """The name an officer gave a file, without folders or control characters, short enough to store."""
    plain = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable()).strip() or "file"
    ending = PurePath(plain).suffix
    return plain if len(plain) <= NAME_LENGTH else plain[: NAME_LENGTH - len(ending)] + ending
