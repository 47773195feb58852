"""Reading notes and files."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from .models import Attachment, CaseNote


def attachments_for(subject: models.Model) -> QuerySet[Attachment]:
    """The files on a record, oldest first."""
    return Attachment.objects.of(subject).on_record().order_by("uploaded_at")


def notes_on(case_id: UUID) -> QuerySet[CaseNote]:
    """What officers of this room wrote about a case, oldest first."""
    return CaseNote.objects.filter(case_id=case_id).order_by("written_at")
