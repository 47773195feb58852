"""Cases, the tasks that officers see, and what they decided."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PooledModel

from ..choices import CaseStatus, TaskKind, TaskStatus, outcome_label
from ..querysets import CaseQuerySet, TaskCandidateQuerySet, TaskQuerySet
from .processes import ProcessVersion

CARD = "access.OfficerCard"


class Case(PooledModel):
    """One run of a process: a requisition on its way to an order, a leave request, a joint purchase.

    A case that was not handed over has no other parts, so only its own council sees it. It carries the
    variables that the process declares for routing and no free text beyond its title.
    """

    parts_may_update = ("home_due",)
    """A council with a part in a joint case only says that it has answered; the owner's room moves the case on."""

    process = models.CharField(max_length=80)
    process_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    category = models.CharField(max_length=40, blank=True)
    requester = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    requester_name = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=CaseStatus.choices, default=CaseStatus.OPEN)
    step = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.JSONField(default=dict)
    approved_by = ArrayField(models.UUIDField(), default=list)
    """Cards that approved since the case was last sent (again): nobody approves the same case twice."""
    authority = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """What the matrix was asked when the case was sent (again), and the lines that it answered with."""
    suspended_at = models.DateTimeField(null=True, blank=True)
    """On hold since then: its tasks wait and their due dates stand still."""
    suspended_until = models.DateField(null=True, blank=True)
    home_due = models.BooleanField(default=False)
    """A council has answered a joint case or done its part; the owner's room takes it in."""
    fault = models.CharField(max_length=300, blank=True, default="", db_default="")
    """What stopped the case, without the details: those stay in its own room (annexes.CaseNote, the audit record)."""
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["owner", "-opened_at"], name="case_by_owner"),
            models.Index(fields=["owner", "requester", "-opened_at"], name="case_by_requester"),
            models.Index(fields=["owner", "subject_id"], name="case_by_subject"),
            models.Index(fields=["owner"], name="case_home_due", condition=models.Q(home_due=True)),
            models.Index(fields=["owner", "-opened_at"], name="case_stopped", condition=models.Q(status="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.status in {CaseStatus.OPEN, CaseStatus.WAITING, CaseStatus.PARKED}

    @property
    def is_suspended(self) -> bool:
        return self.is_open and self.suspended_at is not None

    @property
    def status_text(self) -> str:
        """How the case stands, in a word or two."""
        return "On hold" if self.is_suspended else self.get_status_display()

    @property
    def outcome_text(self) -> str:
        return outcome_label(self.outcome) if self.outcome else ""


class Task(PooledModel):
    """One thing for an officer to do. It belongs to the council whose officer acts, and repeats of the case what an inbox shows."""

    shared_service_may_insert = True
    parts_may_update = ("status", "done_at")
    """The shared service takes back what a joint case no longer asks, and lets it stand while the case is on hold.

    Claims, due dates and who decides are the council's own: its room brings them up to date (`candidates.place_task`).
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    engine_id = models.UUIDField()
    process = models.CharField(max_length=80)
    step = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    role = models.CharField(max_length=60, blank=True)
    outcomes = ArrayField(models.CharField(max_length=40), default=list)
    handled_at_subject = models.BooleanField(default=False)
    reference = models.CharField(max_length=40)
    case_title = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    category = models.CharField(max_length=40, blank=True)
    requester_name = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=TaskStatus.choices, default=TaskStatus.READY)
    parked_reason = models.CharField(max_length=300, blank=True)
    ready_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    placed = models.BooleanField(default=True)
    """False until the room whose officer acts has found who that is (joint cases)."""
    authority = models.CharField(max_length=80, blank=True)
    called_version = models.ForeignKey(
        ProcessVersion, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    """The called process that the step is drawn in; empty: the case's own."""
    progress = models.CharField(max_length=300, blank=True, default="", db_default="")
    """Where several holders must approve: how many have, and who."""
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    done_by_name = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=8, choices=TaskKind.choices, default=TaskKind.DECIDE)
    claimed_by = models.ForeignKey(
        CARD, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    claimed_by_name = models.CharField(max_length=200, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim_ends_on = models.DateField(null=True, blank=True)
    """The last day on which the claim holds."""
    at_risk_on = models.DateField(null=True, blank=True)
    """The day from which waiting longer costs something, by what the case's own app says."""
    at_risk_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    clock_from_on = models.DateField(null=True, blank=True)
    """The day from which reminders count, moved on by time on hold; empty: the day the task came."""
    reminded = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True, blank=True)
    escalated_on = models.DateField(null=True, blank=True)
    escalated_to = ArrayField(models.UUIDField(), default=list)
    """Cards asked besides those who hold the role, because the task had waited too long."""
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "ready_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "case", "engine_id"], name="task_once_per_step")]
        indexes = [models.Index(fields=["owner", "status", "due_on"], name="task_by_status")]

    def __str__(self) -> str:
        return f"{self.title}: {self.reference}"

    @property
    def is_open(self) -> bool:
        return self.status in {TaskStatus.READY, TaskStatus.PARKED}

    @property
    def is_claimed(self) -> bool:
        """Somebody has it in hand, and not for too long already."""
        return self.claimed_by_id is not None and (
            self.claim_ends_on is None or self.claim_ends_on >= timezone.localdate()
        )


class TaskCandidate(PooledModel):
    """An officer who may act on an open task: the inbox's own index. Rows go when the task is done."""

    shared_service_may_remove = True

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    card = models.ForeignKey(CARD, on_delete=models.CASCADE, related_name="+", db_index=False)
    due_on = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    at_risk_on = models.DateField(null=True, blank=True)
    at_risk_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    """Nothing where no money is at risk, so that the most comes first in the index read backwards."""
    claimed_elsewhere = models.BooleanField(default=False)
    """Another officer has claimed the task: it is left out of this one's inbox unless asked for."""
    for_card = models.ForeignKey(CARD, on_delete=models.CASCADE, related_name="+", db_index=False, null=True)
    for_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    """The officer for whom a deputy stands in."""

    objects = TaskCandidateQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "task", "card"], name="candidate_once_per_task")]
        indexes = [
            # In the order of the page, and with what the policy reads, so that a count need not visit the table.
            models.Index(
                fields=["owner", "card", "due_on", "id"],
                include=["parts", "claimed_elsewhere"],
                name="inbox_by_due_date",
            ),
            models.Index(fields=["owner", "card", "at_risk_amount", "id"], name="inbox_by_money_at_risk"),
            models.Index(fields=["owner", "card", "amount", "id"], name="inbox_by_amount"),
        ]

    TIME_COLOURS: ClassVar[dict[str, str]] = {"Overdue": "red", "Today": "yellow"}

    def __str__(self) -> str:
        return str(self.task)

    @property
    def what_to_do(self) -> str:
        """The task, for whom a deputy does it, and how many have approved where several must."""
        whom = f" for {self.for_name}" if self.for_name else ""
        return f"{self.task.title}{whom}" + (f" ({self.task.progress})" if self.task.progress else "")

    def time_left(self, today: date) -> str:
        """How long the officer has, in words."""
        if self.due_on is None:
            return ""
        days = (self.due_on - today).days
        if days <= 0:
            return "Overdue" if days else "Today"
        return "1 day" if days == 1 else f"{days} days"


class Decision(PooledModel):
    """What an officer decided, with the name and job title of that day. Never changed.

    The reason an officer writes stays in his council's room (annexes.CaseNote), except on a joint case,
    where the officer is told that the other party reads it.
    """

    append_only = True

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+", db_index=False, null=True)
    step = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    card = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    card_name = models.CharField(max_length=200)
    card_job_title = models.CharField(max_length=200, blank=True)
    for_card = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    for_card_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    """The officer for whom a deputy decided."""
    basis = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """What an approval stood on: the question to the matrix, its lines, and the holders of the day."""
    role = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [
            models.Index(fields=["owner", "case", "at"], name="decision_by_case"),
            models.Index(fields=["owner", "card", "-at"], name="decision_by_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.card_name}: {outcome_label(self.outcome)}"

    @property
    def outcome_text(self) -> str:
        return outcome_label(self.outcome)

    @property
    def by(self) -> str:
        """Who decided, and for whom."""
        return f"{self.card_name} for {self.for_card_name}" if self.for_card_name else self.card_name
