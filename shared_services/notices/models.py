"""What officers were told, and how each wants to hear of things. Private to the officer's own room."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import EmailChoice, MailState
from .kinds import label_of
from .querysets import NoticeQuerySet


class Notice(PrivateModel):
    """One thing that one officer was told."""

    card = pooled_key("access.OfficerCard")
    kind = models.CharField(max_length=40)
    case_id = models.UUIDField(null=True, blank=True)
    task_id = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, default="", db_default="")
    """How the case ended, where that is what the officer is told: the process's own word, never a reason."""
    reference = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200, blank=True)
    process = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=MailState.choices, default=MailState.NOT_WANTED)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["card", "-id"], name="notice_by_officer"),
            models.Index(fields=["card"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["task_id"], condition=models.Q(read_at__isnull=True), name="notice_of_task"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.reference}" if self.reference else self.label

    def get_absolute_url(self) -> str:
        return reverse("notices:open", args=[self.pk])

    @property
    def label(self) -> str:
        return label_of(self.kind, self.outcome)

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class NoticePreferences(PrivateModel):
    """How one officer wants to hear of things. No row: everything in the portal, and an email as it happens."""

    card = pooled_key("access.OfficerCard")
    email = models.CharField(max_length=10, choices=EmailChoice.choices, default=EmailChoice.EACH)
    muted_kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    muted_processes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card"], name="one_set_of_preferences_per_officer")]

    def __str__(self) -> str:
        return f"{self.get_email_display()}, {len(self.muted_kinds)} kinds muted"
