"""Processes as they are published."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from ..querysets import ProcessVersionQuerySet


class ProcessVersion(PooledModel):
    """One published version of a process: its drawing, decision tables and forms. It never changes; a new version is a new row.

    The shared service's versions hold for every council. A council's own belong to it alone: a process of its
    own, or a joint one with steps added or limits lowered, which then names the joint version it stands on.
    """

    same_in_packs = ("key", "sha256")

    append_only = True
    shared_service_rows_are_common = True

    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    bpmn = models.TextField()
    dmn = models.JSONField(default=list)
    forms = models.JSONField(default=dict)
    """Step id -> the JSON Schema of its form (with a "layout" that says in which order and how fields are shown)."""
    tests = models.JSONField(default=list)
    """The cases that the authors try a process with, kept beside it."""
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by_name = models.CharField(max_length=200, blank=True)
    """Empty for the processes that the product brings."""

    objects = ProcessVersionQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["owner", "key", "version"], name="process_version_once")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def is_joint(self) -> bool:
        return self.owner_id == SHARED_SERVICE_NUMBER
