"""A council's codes, its budgets, and what has been promised and spent against them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import CommitmentKind, SubjectiveGroup, VatCode
from .querysets import (
    BudgetPositionQuerySet,
    CodeQuerySet,
    CommitmentQuerySet,
    CostCentreQuerySet,
    VatRateQuerySet,
)
from .years import year_label


def money(default: Decimal = Decimal("0.00")) -> models.DecimalField:
    """A column of pounds and pence."""
    return models.DecimalField(max_digits=14, decimal_places=2, default=default)


class CostCentre(PrivateModel):
    """Where money is spent: one service's purse, with one budget holder."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    department = models.ForeignKey("organisation.Department", on_delete=models.PROTECT, related_name="cost_centres")
    budget_holder = pooled_key("access.OfficerCard", null=True, blank=True)
    budget_holder_post = models.ForeignKey(
        "organisation.Post", on_delete=models.SET_NULL, null=True, blank=True, related_name="cost_centres"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CostCentreQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="cost_centre_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("finance:cost_centre", args=[self.code])


class SubjectiveCode(PrivateModel):
    """What money is spent on: a detail code within one of the SeRCOP groups."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    group = models.CharField(max_length=20, choices=SubjectiveGroup.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CodeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="subjective_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class VatRate(PrivateModel):
    """The percentage behind a VAT code from one day on, and whether the council gets it back."""

    code = models.CharField(max_length=2, choices=VatCode.choices)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    recoverable = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = VatRateQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="vat_rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.code} {self.percent}%"


class Budget(PrivateModel):
    """The budget of one period on one head (cost centre and subjective), as set and as revised."""

    financial_year = models.PositiveSmallIntegerField()
    period = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(12)])
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="budgets", db_index=False)
    subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, related_name="budgets", db_index=False)
    original_amount = money()
    revised_amount = money()

    class Meta:
        ordering = ["financial_year", "cost_centre", "subjective", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["cost_centre", "subjective", "financial_year", "period"], name="budget_once_a_period"
            ),
            models.CheckConstraint(condition=Q(period__range=(1, 12)), name="budget_period_1_to_12"),
        ]

    def __str__(self) -> str:
        return f"{self.cost_centre} / {self.subjective}, {year_label(self.financial_year)} period {self.period}"


class BudgetPosition(PrivateModel):
    """The year's running totals of one head: the row that approvals queue for, so that none overspends it.

    The database itself refuses a row whose available balance is below zero.
    """

    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="positions", db_index=False)
    subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, related_name="positions", db_index=False)
    financial_year = models.PositiveSmallIntegerField()
    budget_amount = money()
    reserved_amount = money()
    committed_amount = money()
    actual_amount = money()
    available_amount = models.GeneratedField(
        expression=F("budget_amount") - F("reserved_amount") - F("committed_amount") - F("actual_amount"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
    )

    objects = BudgetPositionQuerySet.as_manager()

    class Meta:
        ordering = ["cost_centre__code", "subjective__code"]
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

    def __str__(self) -> str:
        return f"{self.cost_centre.code} / {self.subjective.code}, {year_label(self.financial_year)}"


class Commitment(PrivateModel):
    """Money promised or spent on one head: a requisition's reservation, an order's commitment, an actual."""

    kind = models.CharField(max_length=16, choices=CommitmentKind.choices)
    source_id = models.UUIDField()
    source_reference = models.CharField(max_length=40)
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="commitments", db_index=False)
    subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, related_name="commitments", db_index=False)
    financial_year = models.PositiveSmallIntegerField()
    amount = money()
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(fields=["cost_centre", "subjective", "financial_year"], name="commitment_head"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "kind", "cost_centre", "subjective", "financial_year"],
                condition=Q(released_at__isnull=True),
                name="commitment_once_per_source",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="commitment_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source_reference} £{self.amount}"


class Virement(PrivateModel):
    """Budget moved from one head to another by an officer within his limit."""

    append_only = True

    reference = models.CharField(max_length=40, unique=True)
    financial_year = models.PositiveSmallIntegerField()
    from_cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="virements_out")
    from_subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_cost_centre = models.ForeignKey(CostCentre, on_delete=models.PROTECT, related_name="virements_in")
    to_subjective = models.ForeignKey(SubjectiveCode, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = money()
    reason = models.CharField(max_length=500)
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = pooled_key("access.OfficerCard")

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="virement_moves_money")]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("finance:virement", args=[self.reference])


class FinanceSettings(PrivateModel):
    """How much each role may vire in this council: one row. Above it the section 151 officer decides."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    budget_holder_virement_amount = money(default=Decimal("5000.00"))
    finance_officer_virement_amount = money(default=Decimal("50000.00"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "finance settings"
        constraints = [models.CheckConstraint(condition=Q(only=True), name="finance_settings_one_row")]

    def __str__(self) -> str:
        return "Finance settings"
