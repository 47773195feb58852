"""What is done to one council's room by the platform's team, and the council's own word on it."""

from __future__ import annotations

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shared_services.messaging.live_steps import LiveStep
from shared_services.tenancy.bases import PooledModel

from ..choices import NEEDS_CONSENT, OPEN, Kind, Status
from ..querysets import OperationQuerySet


class Operation(PooledModel):
    """One thing that is done, or asked for, to one council's room. The council has a part in it and reads all of it.

    It holds figures of the catalogue and words that the team typed, never anything from the council's own tables.
    """

    left_out_of_packs = "What the platform’s team did to the room here; the audit record tells of each."
    shared_service_only = True

    council = models.ForeignKey("tenancy.Council", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("what", max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=500, blank=True)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    """What it was asked with: the new name, the hours."""
    backup = models.ForeignKey(
        "operating.Backup", on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    """The backup that is restored, on trial or in earnest."""
    asked_by_name = models.CharField("asked for by", max_length=150)
    asked_at = models.DateTimeField("asked", default=timezone.now)
    agreed_by_name = models.CharField("agreed by", max_length=150, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    cause = models.CharField(max_length=500, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["owner", "council", "-asked_at"], name="operations_of_a_council")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "council", "kind"], condition=Q(status__in=OPEN), name="one_open_operation_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.council.name}"

    @property
    def needs_consent(self) -> bool:
        return self.kind in NEEDS_CONSENT

    @property
    def rooms(self) -> list[int]:
        """The councils whose rooms it changes or reads, each of which has to agree: two when records are taken over."""
        predecessor = self.details.get("predecessor")
        return [self.council_id, *([int(predecessor)] if predecessor else [])]

    @property
    def digest(self) -> str:
        """SHA-256 of what is asked, in hexadecimal: a council agrees to this and to nothing else."""
        backup = [str(self.backup.pk), self.backup.manifest_digest] if self.backup is not None else []
        asked = [str(self.pk), self.council_id, self.kind, self.reason, self.details, backup]
        return hashlib.sha256(json.dumps(asked, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()


class OperationStep(LiveStep):
    """One step of an operation, shown while it happens."""

    left_out_of_packs = "How far an operation of this install came."

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="steps", db_index=False)

    class Meta(LiveStep.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "operation", "key"], name="operation_step_once")]


class Consent(PooledModel):
    """A council's answer to what the platform's team asks. The council's own row: nobody else can write it.

    The owner's worker looks for it, and that its digest is that of what is about to happen.
    """

    append_only = True
    kept_after_leaving = "It proves what the council agreed to"

    operation_key = models.UUIDField()
    digest = models.CharField(max_length=64)
    agreed = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    officer_name = models.CharField(max_length=150)
    officer_title = models.CharField(max_length=150, blank=True)
    officer_email = models.EmailField(blank=True)
    """Who is sent the link to the sandbox that was agreed to."""
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "operation_key"], name="one_answer_an_operation")]

    def __str__(self) -> str:
        return f"{self.officer_name}: {'yes' if self.agreed else 'no'}"
