"""Drafts of processes: what is drawn, tried and changed until it is published as a version that never changes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from .choices import DraftStatus


class ProcessDraft(PooledModel):
    """A process on the drawing board. It belongs to the council whose officers draw it; only its room reads it.

    A joint process is drawn in the shared service's room. A draft put to the vote names the councils that may read it.
    """

    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    bpmn = models.TextField()
    dmn = models.JSONField(default=list)
    """The decision tables, each as the text of a DMN file."""
    forms = models.JSONField(default=dict)
    """Step id -> the JSON Schema of its form."""
    tests = models.JSONField(default=list)
    based_on = models.ForeignKey(
        "workflow.ProcessVersion", on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    """The published version that the draft changes; a council's draft of a joint process is a local override of it."""
    status = models.CharField(max_length=12, choices=DraftStatus.choices, default=DraftStatus.OPEN)
    edited_at = models.DateTimeField(default=timezone.now)
    edited_by_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    """Counts edits, so that two people do not overwrite each other."""

    class Meta:
        ordering = ["-edited_at"]
        indexes = [models.Index(fields=["owner", "status", "-edited_at"], name="draft_by_status")]

    def __str__(self) -> str:
        return self.title
