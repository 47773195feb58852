"""What belongs to a record and never leaves its room: officers' notes on a case, and files."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import CaseVerb, NoteKind
from .querysets import AttachmentQuerySet


class CaseNote(PrivateModel):
    """What an officer wrote about a case: the reason for a decision, or a comment. Kept as written."""

    append_only = True

    case_id = models.UUIDField()
    task_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=NoteKind.choices, default=NoteKind.COMMENT)
    author = pooled_key("access.OfficerCard", null=True)
    author_name = models.CharField(max_length=200)
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["written_at"]
        indexes = [models.Index(fields=["case_id", "written_at"], name="note_by_case")]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:60]}"


class CaseEvent(PrivateModel):
    """One thing that was done around a case in this room: claimed, forwarded, asked, put on hold, reminded. Never changed."""

    append_only = True

    case_id = models.UUIDField()
    task_id = models.UUIDField(null=True, blank=True)
    verb = models.CharField(max_length=12, choices=CaseVerb.choices)
    title = models.CharField(max_length=200, blank=True)
    by = pooled_key("access.OfficerCard", null=True)
    """Empty: the portal, by its daily round."""
    by_name = models.CharField(max_length=200)
    by_job_title = models.CharField(max_length=200, blank=True)
    for_name = models.CharField(max_length=200, blank=True)
    """The colleague for whom a deputy, or a manager, did it."""
    to = pooled_key("access.OfficerCard", null=True)
    to_name = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["case_id", "at"], name="event_by_case")]
        constraints = [
            # The daily round may run twice; it reminds and passes up once a day.
            models.UniqueConstraint(
                fields=["task_id", "verb", "on"],
                condition=models.Q(verb__in=[CaseVerb.REMINDED, CaseVerb.ESCALATED]),
                name="one_reminder_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.by_name}"


def stored_name(attachment: Attachment, filename: str) -> str:
    """Files lie under their key; what an officer called one is never part of a path."""
    key = str(attachment.pk)
    return f"attachments/{key[-2:]}/{key}"


class Attachment(PrivateModel):
    """A file that belongs to one record. Removed means taken off the record; the line stays."""

    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=stored_name, max_length=200)
    uploaded_by = pooled_key("access.OfficerCard")
    uploaded_by_name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at"]
        indexes = [models.Index(fields=["subject_id", "uploaded_at"], name="attachment_by_subject")]

    def __str__(self) -> str:
        return self.name


class FormAnswer(PrivateModel):
    """What an officer answered to the form of a step, as it was on the day. The step's form is with its process version.

    Shared rows carry only the answers that the process declares for routing; all the others stay here.
    """

    append_only = True

    case_id = models.UUIDField()
    task_id = models.UUIDField(null=True, blank=True)
    """None for the form that the case was started with."""
    step = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    answers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    answered_by = pooled_key("access.OfficerCard")
    answered_by_name = models.CharField(max_length=200)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["answered_at"]
        indexes = [models.Index(fields=["case_id", "answered_at"], name="answers_by_case")]
        constraints = [models.UniqueConstraint(fields=["task_id"], name="one_answer_per_task")]

    def __str__(self) -> str:
        return f"{self.title}: {self.answered_by_name}"
