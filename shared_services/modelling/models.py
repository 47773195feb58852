"""Drafts of processes: what is drawn, tried and changed until it is published as a version that never changes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from .choices import DraftStatus, DryRunStatus, ProposalStatus

CARD = "access.OfficerCard"
VERSION = "workflow.ProcessVersion"


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
    drawn_by = ArrayField(models.UUIDField(), default=list)
    """The cards of everyone who changed it."""
    asked_by = models.ForeignKey(
        CARD, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    asked_by_name = models.CharField(max_length=200, blank=True)
    asked_version = models.PositiveIntegerField(null=True, blank=True)
    """The edit that somebody asked to publish; a later edit must be asked for again."""
    published = models.ForeignKey(
        VERSION, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )

    class Meta:
        ordering = ["-edited_at"]
        indexes = [models.Index(fields=["owner", "status", "-edited_at"], name="draft_by_status")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status == DraftStatus.OPEN

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody has asked to publish it just as it is now."""
        return self.is_open and self.asked_by_id is not None and self.asked_version == self.version


class ModellingRules(PooledModel):
    """How one room publishes: who may, how many officers it takes, and for joint processes how many councils."""

    second_officer = models.BooleanField(default=True)
    """Publishing is asked for by one officer and confirmed by another."""
    authors_may_publish = models.BooleanField(default=False)
    """Whoever changed the drawing may be the one who publishes it."""
    quorum = models.PositiveSmallIntegerField(null=True, blank=True)
    """Councils that must agree to a joint process; empty for more than half of them. The shared service's row only."""
    days_to_vote = models.PositiveSmallIntegerField(default=14)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner"], name="modelling_rules_once")]

    def __str__(self) -> str:
        return f"How council {self.owner_id} publishes"


class JointProposal(PooledModel):
    """A change to a joint process that the councils vote on. What is voted on never changes; its state does.

    It belongs to the shared service; the councils that vote are its parts.
    """

    draft = models.ForeignKey(ProcessDraft, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    bpmn = models.TextField()
    dmn = models.JSONField(default=list)
    forms = models.JSONField(default=dict)
    tests = models.JSONField(default=list)
    replaces = models.ForeignKey(
        VERSION, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    changes = models.JSONField(default=list)
    """What would change, as sentences."""
    voters = ArrayField(models.SmallIntegerField())
    """The numbers of the councils that were live when it was put to the vote."""
    quorum = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=ProposalStatus.choices, default=ProposalStatus.OPEN)
    proposed_by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    closes_on = models.DateField()
    """The last day on which councils can vote."""
    closed_at = models.DateTimeField(null=True, blank=True)
    published = models.ForeignKey(
        VERSION, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-proposed_at"]
        indexes = [models.Index(fields=["owner", "status", "-proposed_at"], name="proposal_by_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "draft"], condition=models.Q(status="open"), name="one_open_vote_per_draft"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Vote(PooledModel):
    """One council's answer to a proposal, given once and never changed. The other councils and the shared service read it."""

    append_only = True
    shown_to_councils = True

    proposal = models.ForeignKey(JointProposal, on_delete=models.PROTECT, related_name="votes", db_index=False)
    in_favour = models.BooleanField()
    reason = models.TextField(max_length=2000)
    card = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    card_name = models.CharField(max_length=200)
    card_job_title = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["owner", "proposal"], name="one_vote_per_council")]

    def __str__(self) -> str:
        return f"{self.card_name}: {'yes' if self.in_favour else 'no'}"


class DryRun(PooledModel):
    """A draft or a proposal tried on this room's own closed cases. Only this room reads what came of it."""

    draft = models.ForeignKey(
        ProcessDraft, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True
    )
    proposal = models.ForeignKey(
        JointProposal, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True
    )
    draft_version = models.PositiveIntegerField(default=0)
    """The edit of the draft that was tried."""
    status = models.CharField(max_length=12, choices=DryRunStatus.choices, default=DryRunStatus.RUNNING)
    since = models.DateTimeField()
    until = models.DateTimeField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    different = models.PositiveIntegerField(default=0)
    unclear = models.PositiveIntegerField(default=0)
    """Cases whose own way cannot be followed again from what is kept of them."""
    found = models.JSONField(default=list)
    """The cases that would have gone another way, or could not be followed: keys, references and steps."""
    problem = models.CharField(max_length=300, blank=True)
    asked_by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["owner", "draft", "-started_at"], name="dry_run_by_draft"),
            models.Index(fields=["owner", "proposal", "-started_at"], name="dry_run_by_proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.done} of {self.total} cases tried"
