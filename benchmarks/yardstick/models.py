# ruff: noqa: DJ008 - nobody reads these rows in a list.
"""The product's tables that the measured operations touch, without council, engine state and audit."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs, Round
from django.db.models.lookups import LessThan
from uuid_utils.compat import uuid7


def money(**kwargs: object) -> models.DecimalField:
    return models.DecimalField(max_digits=14, decimal_places=2, **{"default": Decimal("0.00"), **kwargs})


class Record(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Officer(Record):
    work_name = models.CharField(max_length=150)
    work_email = models.EmailField(unique=True)
    job_title = models.CharField(max_length=150, blank=True)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)


class Token(Record):
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE)
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()


class Counter(Record):
    kind = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="one_counter_a_year")]


class CpvCode(models.Model):
    code = models.CharField(max_length=10, primary_key=True)
    label = models.CharField(max_length=255)


class CostCentre(Record):
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    budget_holder = models.ForeignKey(Officer, on_delete=models.PROTECT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)


class SubjectiveCode(Record):
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)


class VatRate(Record):
    code = models.CharField(max_length=2)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    valid_from = models.DateField()


class BudgetPosition(Record):
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, db_index=False)
    subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, db_index=False)
    financial_year = models.PositiveSmallIntegerField()
    budget_amount = money()
    reserved_amount = money()
    committed_amount = money()
    actual_amount = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["financial_year", "cost_centre", "subjective"], name="position_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(budget_amount__gte=F("reserved_amount") + F("committed_amount") + F("actual_amount")),
                name="position_never_overspent",
            ),
            models.CheckConstraint(
                condition=Q(reserved_amount__gte=0, committed_amount__gte=0), name="position_promises_not_negative"
            ),
        ]


class Commitment(Record):
    kind = models.CharField(max_length=16)
    source_id = models.UUIDField()
    source_reference = models.CharField(max_length=40)
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, db_index=False)
    subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, db_index=False)
    financial_year = models.PositiveSmallIntegerField()
    amount = money()
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["cost_centre", "subjective", "financial_year"], name="commitment_head")]
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "kind", "cost_centre", "subjective", "financial_year"],
                condition=Q(released_at__isnull=True),
                name="commitment_once_per_source",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="commitment_not_negative"),
        ]


class Requisition(Record):
    reference = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    justification = models.TextField(blank=True)
    needed_by_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, default="draft")
    requester = models.ForeignKey(Officer, on_delete=models.PROTECT, db_index=False)
    supplier_name = models.CharField(max_length=160, blank=True)
    supplier_email = models.EmailField(blank=True)
    delivery_location = models.CharField(max_length=250, blank=True)
    financial_year = models.PositiveSmallIntegerField(null=True, blank=True)
    net_amount = money()
    vat_amount = money()
    gross_amount = money()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["requester", "-created_at"], name="requisition_mine"),
            models.Index(fields=["status", "-created_at"], name="requisition_by_status"),
            models.Index(fields=["-created_at"], name="requisition_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="requisition_gross_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(needed_by_on__isnull=False, financial_year__isnull=False),
                name="requisition_dated_once_submitted",
            ),
        ]


class PricedLine(Record):
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=250)
    cpv = models.ForeignKey(CpvCode, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=12, default="each")
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    vat_code = models.CharField(max_length=2)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2)
    net_amount = money()
    vat_amount = money()
    gross_amount = money()

    class Meta:
        abstract = True
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, unit_price__gte=0), name="%(class)s_quantity_and_price"),
            models.CheckConstraint(
                condition=Q(net_amount=Round(F("quantity") * F("unit_price"), 2)), name="%(class)s_net_is_priced"
            ),
            models.CheckConstraint(
                condition=LessThan(Abs(F("vat_amount") * 100 - F("net_amount") * F("vat_percent")), Decimal(1)),
                name="%(class)s_vat_follows_rate",
            ),
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="%(class)s_gross_adds_up"
            ),
        ]


class RequisitionLine(PricedLine):
    requisition = models.ForeignKey(Requisition, on_delete=models.CASCADE, related_name="lines", db_index=False)
    cost_amount = money()

    class Meta(PricedLine.Meta):
        constraints = [
            *PricedLine.Meta.constraints,
            models.UniqueConstraint(fields=["requisition", "position"], name="requisition_line_position_once"),
        ]


class LineCoding(Record):
    line = models.ForeignKey(RequisitionLine, on_delete=models.CASCADE, related_name="codings", db_index=False)
    position = models.PositiveSmallIntegerField()
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="+")
    subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "position"], name="line_coding_position_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_coding_not_negative"),
        ]


class PurchaseOrder(Record):
    reference = models.CharField(max_length=40, unique=True)
    requisition = models.OneToOneField(Requisition, on_delete=models.PROTECT, related_name="order")
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=12, default="issued")
    requester = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+", db_index=False)
    supplier_name = models.CharField(max_length=160, blank=True)
    supplier_email = models.EmailField(blank=True)
    delivery_location = models.CharField(max_length=250, blank=True)
    needed_by_on = models.DateField()
    financial_year = models.PositiveSmallIntegerField()
    net_amount = money()
    vat_amount = money()
    gross_amount = money()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["-issued_at"], name="order_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="order_gross_adds_up"
            ),
        ]


class OrderLine(PricedLine):
    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    requisition_line = models.OneToOneField(RequisitionLine, on_delete=models.PROTECT)

    class Meta(PricedLine.Meta):
        constraints = [
            *PricedLine.Meta.constraints,
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
        ]


class AuthorityRule(Record):
    decision_type = models.CharField(max_length=80)
    amount_from = money()
    amount_to = money(null=True, blank=True, default=None)
    role = models.CharField(max_length=60)
    sequence = models.PositiveSmallIntegerField(default=10)
    valid_from = models.DateField()


class Case(Record):
    process = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    amount = money(null=True, blank=True, default=None)
    category = models.CharField(max_length=40, blank=True)
    requester = models.ForeignKey(Officer, on_delete=models.PROTECT, db_index=False)
    requester_name = models.CharField(max_length=200)
    status = models.CharField(max_length=12, default="open")
    step = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at"], name="case_by_time"),
            models.Index(fields=["requester", "-opened_at"], name="case_by_requester"),
            models.Index(fields=["subject_id"], name="case_by_subject"),
        ]


class Task(Record):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    process = models.CharField(max_length=80)
    step = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    role = models.CharField(max_length=60, blank=True)
    outcomes = ArrayField(models.CharField(max_length=40), default=list)
    reference = models.CharField(max_length=40)
    case_title = models.CharField(max_length=200)
    amount = money(null=True, blank=True, default=None)
    category = models.CharField(max_length=40, blank=True)
    requester_name = models.CharField(max_length=200)
    status = models.CharField(max_length=12, default="ready")
    ready_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_name = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["status", "due_on"], name="task_by_status")]


class TaskCandidate(Record):
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, db_index=False)
    due_on = models.DateField(null=True, blank=True)
    amount = money(null=True, blank=True, default=None)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "officer"], name="candidate_once_per_task")]
        indexes = [
            models.Index(fields=["officer", "due_on", "task"], name="inbox_by_due_date"),
            models.Index(fields=["officer", "amount", "task"], name="inbox_by_amount"),
        ]


class Decision(Record):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, blank=True, db_index=False)
    step = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, db_index=False)
    officer_name = models.CharField(max_length=200)
    officer_job_title = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["case", "at"], name="decision_by_case"),
            models.Index(fields=["officer", "-at"], name="decision_by_officer"),
        ]


class BankHoliday(Record):
    date = models.DateField(unique=True)


class LeaveType(Record):
    key = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    uses_balance = models.BooleanField(default=False)


class Employment(Record):
    number = models.CharField(max_length=12, unique=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    manager = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    start_on = models.DateField()
    end_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")), name="employment_ends_after_start"
            ),
        ]


class WorkingPattern(Record):
    employment = models.ForeignKey(Employment, on_delete=models.PROTECT, related_name="patterns", db_index=False)
    from_on = models.DateField()
    week_one = ArrayField(models.DecimalField(max_digits=4, decimal_places=2), size=7)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employment", "from_on"], name="one_pattern_from_a_day")]


class LeaveLedgerEntry(Record):
    employment = models.ForeignKey(Employment, on_delete=models.PROTECT, related_name="entries", db_index=False)
    leave_type = models.ForeignKey(LeaveType, on_delete=models.PROTECT, db_index=False)
    leave_year_on = models.DateField()
    kind = models.CharField(max_length=24)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    on = models.DateField()
    source = models.CharField(max_length=80)
    reason = models.CharField(max_length=200, blank=True)
    posted_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employment", "source"], name="leave_posted_once_a_source")]
        indexes = [models.Index(fields=["employment", "leave_type", "leave_year_on"], name="leave_ledger_of_a_year")]


class LeaveRequest(Record):
    reference = models.CharField(max_length=24, unique=True)
    employment = models.ForeignKey(Employment, on_delete=models.PROTECT, related_name="requests", db_index=False)
    leave_type = models.ForeignKey(LeaveType, on_delete=models.PROTECT, db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    note = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=12, default="asked")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["employment", "first_on"], name="leave_requests_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="leave_ends_after_start"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="leave_hours_not_negative"),
        ]
