"""What the pooled procurement team works on: codes, demand that councils handed over, joint proposals."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q

from shared_services.tenancy.bases import CommonModel, PooledModel

from .choices import LIVE_PROPOSAL_STATUSES, DemandStatus, ProposalStatus, ShareStatus
from .querysets import CpvQuerySet, DemandLineQuerySet, JointProposalManager


class CpvCode(CommonModel):
    """One of the 9,454 codes of the Common Procurement Vocabulary 2008."""

    code = models.CharField("code", max_length=10, primary_key=True)
    """With its check digit, as "45233142-6". Looked up, never computed: the formula fits only 94% of codes."""
    digits8 = models.CharField("digits", max_length=8)
    label = models.CharField("label", max_length=255)
    division = models.CharField("division", max_length=2)
    group = models.CharField("group", max_length=3)
    class_digits = models.CharField("class", max_length=4)
    level = models.PositiveSmallIntegerField("level")
    """2 division, 3 group, 4 class, 5 category, 6 to 8 below it."""
    everyday_words = models.CharField("everyday words", max_length=255, blank=True)
    """What officers call it: the vocabulary of 2008 knows no laptops."""
    words = models.GeneratedField(
        expression=SearchVector("label", "everyday_words", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CpvQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["digits8"], name="cpv_code_digits_once")]
        indexes = [
            GinIndex(fields=["words"], name="cpv_code_words"),
            models.Index(fields=["level", "digits8"], name="cpv_code_level"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class ProClassCode(CommonModel):
    """A ProClass code seen in published council spend, with the CPV division it is compared under."""

    code = models.CharField("code", max_length=6, primary_key=True)
    label = models.CharField("label", max_length=80)
    cpv_division = models.CharField("CPV division", max_length=2, blank=True)
    """Blank: no division fits, so the spend is shown as not matched."""

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class DemandLine(PooledModel):
    """One line of a council's approved requisition, handed over to be bought together."""

    parts_may_update: ClassVar[tuple[str, ...]] = ("status", "return_reason")
    """The shared service says how far a line has come; what was asked for stays as the council wrote it."""

    case_id = models.UUIDField("case")
    requisition_id = models.UUIDField("requisition")
    """Opaque here: only the council's own room can open the requisition."""
    requisition_line_id = models.UUIDField("requisition line")
    reference = models.CharField("requisition", max_length=40)
    title = models.CharField("title", max_length=200)
    line_number = models.PositiveSmallIntegerField("line")
    cpv = models.ForeignKey(
        CpvCode, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="category"
    )
    description = models.CharField("description", max_length=500)
    quantity = models.DecimalField("quantity", max_digits=14, decimal_places=3)
    unit = models.CharField("unit", max_length=20)
    net_amount = models.DecimalField("net amount", max_digits=14, decimal_places=2)
    needed_by_on = models.DateField("needed by", null=True, blank=True)
    status = models.CharField("status", max_length=12, choices=DemandStatus.choices, default=DemandStatus.OPEN)
    handed_over_at = models.DateTimeField("handed over", auto_now_add=True)
    handed_over_by = models.ForeignKey(
        "access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    return_reason = models.CharField("why it was handed back", max_length=500, blank=True)

    objects = DemandLineQuerySet.as_manager()

    class Meta:
        ordering = ["needed_by_on", "reference", "line_number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "requisition_line_id"], name="demand_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="demand_line_quantity_above_zero"),
        ]
        indexes = [
            models.Index(fields=["owner", "status", "needed_by_on"], name="demand_line_worklist"),
            models.Index(fields=["owner", "requisition_id"], name="demand_line_requisition"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} line {self.line_number}"

    @property
    def unit_price(self) -> Decimal:
        """The council's own estimate for one unit."""
        return (self.net_amount / self.quantity).quantize(Decimal("0.0001"))


class JointProposal(PooledModel):
    """The shared service's proposal to buy several councils' demand together from one supplier.

    It belongs to the shared service; the councils concerned get their part in it when it is submitted,
    so a draft is seen by nobody else.
    """

    reference = models.CharField("reference", max_length=40)
    title = models.CharField("title", max_length=200)
    category = models.ForeignKey(
        CpvCode, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="category"
    )
    supplier_name = models.CharField("supplier", max_length=200, blank=True)
    justification = models.TextField("why buy together", blank=True)
    show_totals_to_councils = models.BooleanField("councils see each other's totals", default=True)
    shown_totals = models.JSONField("totals shown to councils", default=list, blank=True)
    """One entry a council, written when the proposal is submitted: a council cannot read another's share itself."""
    status = models.CharField("status", max_length=20, choices=ProposalStatus.choices, default=ProposalStatus.DRAFT)
    case_id = models.UUIDField("case", null=True, blank=True)
    orders_outstanding = models.PositiveSmallIntegerField("orders still to come", default=0)
    """Counted in the shared service's own room from the shares; no council sees another's."""
    drafted_by = models.ForeignKey("access.OfficerCard", on_delete=models.PROTECT, related_name="+", db_index=False)
    drafted_at = models.DateTimeField("drafted", auto_now_add=True)
    submitted_at = models.DateTimeField("submitted", null=True, blank=True)
    closed_at = models.DateTimeField("closed", null=True, blank=True)
    close_reason = models.CharField("why it was closed", max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    estimated_amount: Decimal = Decimal("0.00")
    """What the councils' own requisitions say, added up from the shares that the reading room may see."""
    net_amount: Decimal = Decimal("0.00")
    """At the agreed prices where there are any. No row carries it: a council that reads the proposal adds up its own."""

    objects = JointProposalManager()

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "reference"], name="joint_proposal_reference_once")]
        indexes = [models.Index(fields=["owner", "status", "drafted_at"], name="joint_proposal_worklist")]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_live(self) -> bool:
        """Whether it holds its lines, so that no other proposal may have them."""
        return self.status in LIVE_PROPOSAL_STATUSES

    @property
    def saving_amount(self) -> Decimal:
        return self.estimated_amount - self.net_amount


class ProposalShare(PooledModel):
    """One council's share of a joint proposal and how far its own order has come.

    The council has a part in its own share only. Its order is raised in its own room, and this row is where
    the room reports back: the order's columns are all it may change.
    """

    parts_may_update: ClassVar[tuple[str, ...]] = ("status", "order_references", "ordered_at", "failure")

    proposal = models.ForeignKey(JointProposal, on_delete=models.PROTECT, related_name="shares", db_index=False)
    council = models.ForeignKey("tenancy.Council", on_delete=models.PROTECT, related_name="+", db_index=False)
    council_name = models.CharField("council", max_length=120)
    line_count = models.PositiveIntegerField("lines", default=0)
    estimated_amount = models.DecimalField(
        "council's estimate", max_digits=14, decimal_places=2, default=Decimal("0.00")
    )
    net_amount = models.DecimalField("net total", max_digits=14, decimal_places=2, default=Decimal("0.00"))
    status = models.CharField("order", max_length=16, choices=ShareStatus.choices, default=ShareStatus.NOT_ORDERED)
    order_references = models.CharField("purchase orders", max_length=500, blank=True)
    ordered_at = models.DateTimeField("ordered", null=True, blank=True)
    failure = models.CharField("why there is no order", max_length=500, blank=True)

    class Meta:
        ordering = ["council_name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "proposal", "council"], name="proposal_share_once_per_council")
        ]

    def __str__(self) -> str:
        return f"{self.council_name}: {self.net_amount}"


class ProposalLine(PooledModel):
    """A demand line's place in a proposal, with the price agreed for it."""

    proposal = models.ForeignKey(JointProposal, on_delete=models.PROTECT, related_name="lines", db_index=False)
    share = models.ForeignKey(ProposalShare, on_delete=models.PROTECT, related_name="lines", db_index=False)
    demand_line = models.ForeignKey(DemandLine, on_delete=models.PROTECT, related_name="+", db_index=False)
    agreed_unit_price = models.DecimalField("agreed unit price", max_digits=14, decimal_places=4, null=True, blank=True)
    """Blank: the council's own estimate stands."""
    net_amount = models.DecimalField("net amount", max_digits=14, decimal_places=2)
    is_live = models.BooleanField("holds the line", default=True)
    """False once the proposal was cancelled or not agreed: the line is free for another one."""

    class Meta:
        ordering = ["share__council_name", "demand_line__reference", "demand_line__line_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "demand_line"], condition=Q(is_live=True), name="demand_line_in_one_live_proposal"
            ),
            models.UniqueConstraint(fields=["owner", "proposal", "demand_line"], name="proposal_line_once"),
        ]
        indexes = [models.Index(fields=["owner", "share"], name="proposal_line_share")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.demand_line_id}"
