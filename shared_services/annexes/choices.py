from __future__ import annotations

from django.db import models


class NoteKind(models.TextChoices):
    DECISION = "decision", "Reason for a decision"
    COMMENT = "comment", "Comment"


ALLOWED_TYPES: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "text/csv": (".csv",),
    "text/plain": (".txt",),
}
"""What may be attached: the type found in the content, and the endings a file of it may have."""

ALLOWED_TYPES_TEXT = "PDF, JPEG, PNG, Word, Excel, OpenDocument, CSV or plain text"
