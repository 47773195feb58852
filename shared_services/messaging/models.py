"""Work that has been promised: it is committed with the change that asks for it, so it can neither be lost nor run early."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from . import registry
from .querysets import OutboxQuerySet


class OutboxMessage(PooledModel):
    """One job for one room: the task's name and the keys it needs, never anything about a person.

    The row stays open until the job has marked it done in its own transaction. Whatever the broker loses
    in between is sent again, and a job that is already done is not run twice.
    """

    left_out_of_packs = "Work under way in this install: loaded elsewhere it would be done a second time."

    shared_service_may_insert = True
    dispatcher_may = ("SELECT", "UPDATE (sent_at, sent_count, due_at, attempts, gave_up_at)", "DELETE")
    dispatcher_may_remove = "done_at IS NOT NULL"

    task = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=20)
    once_key = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_count = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [
            # Only what is open: the relay's look stays quick however many rows wait to be pruned.
            models.Index(
                fields=["owner", "due_at"],
                condition=models.Q(done_at__isnull=True, gave_up_at__isnull=True),
                name="outbox_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "once_key"],
                condition=~models.Q(once_key="") & models.Q(done_at__isnull=True, gave_up_at__isnull=True),
                name="outbox_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"

    @property
    def task_in_words(self) -> str:
        """The job as its own description begins: "Send an officer one email about everything that waits"."""
        return registry.words_of(self.task)
