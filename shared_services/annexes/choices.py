from __future__ import annotations

from django.db import models


class NoteKind(models.TextChoices):
    DECISION = "decision", "Reason for a decision"
    COMMENT = "comment", "Comment"
    QUESTION = "question", "Question"
    ANSWER = "answer", "Answer"


class CaseVerb(models.TextChoices):
    """What happens around a case besides its decisions, as the history says it."""

    CLAIMED = "claimed", "Claimed"
    RELEASED = "released", "Claim released"
    CLAIM_ENDED = "claim_ended", "Claim ended: it was held too long, or its holder may no longer decide"
    FORWARDED = "forwarded", "Forwarded"
    ASKED = "asked", "Question asked"
    ANSWERED = "answered", "Question answered"
    TAKEN_BACK = "taken_back", "Question withdrawn"
    SUSPENDED = "suspended", "Put on hold"
    CONTINUED = "continued", "Taken off hold"
    REOPENED = "reopened", "Reopened"
    WENT_BACK = "went_back", "Sent back to an earlier step"
    REMINDED = "reminded", "Reminder sent"
    ESCALATED = "escalated", "Passed up: it waited too long"
    FILE_ADDED = "file_added", "File added"


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
