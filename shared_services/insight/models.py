"""Shared figures: what each council's room reported, run by run, and what other councils published."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shared_services.messaging.live_steps import StepStatus
from shared_services.tenancy.bases import CommonModel, PooledModel

from .choices import FigureKind, RunTrigger
from .querysets import (
    CategoryFigureQuerySet,
    ConsolidationRunQuerySet,
    CouncilStepQuerySet,
    SupplierFigureQuerySet,
    SupplierSharingQuerySet,
)


class ConsolidationRun(PooledModel):
    """One round of asking every council's room for its figures. It belongs to the shared service."""

    trigger = models.CharField("started", max_length=10, choices=RunTrigger.choices)
    started_by = models.ForeignKey(
        "access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    """Nobody: the nightly run."""
    started_at = models.DateTimeField("started at", auto_now_add=True)

    objects = ConsolidationRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["owner", "-started_at"], name="consolidation_run_latest")]

    def __str__(self) -> str:
        return f"Consolidation of {self.started_at:%d %B %Y}"


class CouncilStep(PooledModel):
    """One council's part in a run, worked in that council's own room and role."""

    parts_may_update: ClassVar[tuple[str, ...]] = ("status", "queued_at", "started_at", "ended_at", "cause")
    """The shared service sets a step back to waiting when it asks again."""
    shared_service_may_insert: ClassVar[bool] = True

    run = models.ForeignKey(ConsolidationRun, on_delete=models.PROTECT, related_name="steps", db_index=False)
    council_name = models.CharField("council", max_length=120)
    status = models.CharField("status", max_length=8, choices=StepStatus.choices, default=StepStatus.WAITING)
    attempts = models.PositiveSmallIntegerField("attempts", default=0)
    queued_at = models.DateTimeField("queued")
    started_at = models.DateTimeField("started", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    lines = models.PositiveIntegerField("lines read", default=0)
    cause = models.CharField("cause", max_length=500, blank=True)

    objects = CouncilStepQuerySet.as_manager()

    class Meta:
        ordering = ["council_name"]
        constraints = [models.UniqueConstraint(fields=["owner", "run"], name="council_step_once_per_run")]
        indexes = [models.Index(fields=["owner", "status", "queued_at"], name="council_step_worklist")]

    def __str__(self) -> str:
        return f"{self.council_name}: {self.get_status_display()}"


class CategoryFigure(PooledModel):
    """What one council spent, or asked for, in one month and one CPV division."""

    kind = models.CharField("kind", max_length=8, choices=FigureKind.choices)
    month_on = models.DateField("month")
    """The first of the month."""
    division = models.CharField("CPV division", max_length=2)
    lines = models.PositiveIntegerField("lines")
    net_amount = models.DecimalField("net amount", max_digits=16, decimal_places=2)
    as_at = models.DateTimeField("as at")

    objects = CategoryFigureQuerySet.as_manager()

    class Meta:
        ordering = ["month_on", "division"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "month_on", "division"], name="category_figure_once_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month_on:%Y-%m} {self.division}"


class SupplierSharing(PooledModel):
    """A council's word that its orders may be counted by supplier, under terms that it read. The council's own row."""

    agreement = models.CharField(max_length=160)
    """The version whose terms were read."""
    digest = models.CharField(max_length=64)
    """SHA-256 of that version, in hexadecimal."""
    least_councils = models.PositiveSmallIntegerField()
    """So many councils must order from a supplier before anybody outside is told."""
    expires_on = models.DateField()
    agreed_by = models.ForeignKey("access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False)
    agreed_by_name = models.CharField(max_length=150)
    agreed_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=150, blank=True)

    objects = SupplierSharingQuerySet.as_manager()

    class Meta:
        ordering = ["-agreed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(ended_at__isnull=True), name="suppliers_shared_once"
            )
        ]

    def __str__(self) -> str:
        return self.agreement


class SupplierFigure(PooledModel):
    """What one council that shares it ordered from one supplier. Read across councils only in groups (`querysets.py`)."""

    left_out_of_packs = "Added up anew from the council's own orders."

    match_key = models.CharField(max_length=200)
    """The name without what councils write differently (`supplier_names.py`)."""
    name = models.CharField(max_length=160)
    orders = models.PositiveIntegerField()
    net_amount = models.DecimalField(max_digits=16, decimal_places=2)
    least_councils = models.PositiveSmallIntegerField()
    shared_until_on = models.DateField()

    objects = SupplierFigureQuerySet.as_manager()

    class Meta:
        ordering = ["match_key"]
        constraints = [models.UniqueConstraint(fields=["owner", "match_key"], name="supplier_figure_once")]

    def __str__(self) -> str:
        return self.name


class PublishedSpend(CommonModel):
    """A spend line that a council outside the portal published under the transparency code."""

    gss_code = models.CharField("GSS code", max_length=9)
    council_name = models.CharField("council", max_length=120)
    effective_on = models.DateField("as at")
    unit = models.CharField("organisational unit", max_length=120)
    beneficiary_name = models.CharField("beneficiary", max_length=200)
    beneficiary_id = models.CharField("beneficiary's number", max_length=40, blank=True)
    paid_on = models.DateField("paid")
    transaction_number = models.CharField("transaction", max_length=40)
    net_amount = models.DecimalField("net amount", max_digits=14, decimal_places=2)
    """Below zero: a credit note."""
    irrecoverable_vat_amount = models.DecimalField("irrecoverable VAT", max_digits=14, decimal_places=2)
    purpose = models.CharField("purpose", max_length=200)
    proclass_code = models.CharField("ProClass", max_length=6)
    proclass_label = models.CharField("ProClass label", max_length=80)
    division = models.CharField("CPV division", max_length=2, blank=True)
    invoice_number = models.CharField("invoice", max_length=80, blank=True)

    class Meta:
        ordering = ["paid_on", "transaction_number"]
        indexes = [models.Index(fields=["gss_code", "division"], name="published_spend_category")]

    def __str__(self) -> str:
        return f"{self.council_name} {self.paid_on} {self.net_amount}"
