"""A council's requests to buy, and the orders that come of them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs, Round
from django.db.models.lookups import LessThan
from django.urls import reverse

from councils.finance.choices import VatCode
from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import STANDING, BankChangeStatus, OrderStatus, RequisitionStatus, SentBy, Unit
from .querysets import LineCodingQuerySet, PurchaseOrderQuerySet, RequisitionQuerySet, SupplierQuerySet


def money() -> models.DecimalField:
    """A column of pounds and pence."""
    return models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))


class Requisition(PrivateModel):
    """A request to buy, on its way from draft to order."""

    reference = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    justification = models.TextField(blank=True)
    needed_by_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=RequisitionStatus.choices, default=RequisitionStatus.DRAFT)
    requester = pooled_key("access.OfficerCard")
    case_id = models.UUIDField(null=True, blank=True, editable=False)
    wants_joint_buying = models.BooleanField(default=False)
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

    objects = RequisitionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["requester", "-created_at"], name="requisition_mine"),
            models.Index(fields=["status", "-created_at"], name="requisition_by_status"),
            models.Index(fields=["-created_at"], name="requisition_newest"),
            models.Index(fields=["case_id"], name="requisition_case", condition=Q(case_id__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="requisition_gross_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[RequisitionStatus.DRAFT, RequisitionStatus.WITHDRAWN])
                | Q(needed_by_on__isnull=False, financial_year__isnull=False),
                name="requisition_dated_once_submitted",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("purchasing:requisition", args=[self.reference])


class PricedLine(PrivateModel):
    """What is bought, how much of it, and what it costs to the penny."""

    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=250)
    cpv = pooled_key("procurement.CpvCode", null=True, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=12, choices=Unit.choices, default=Unit.EACH)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    vat_code = models.CharField(max_length=2, choices=VatCode.choices)
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
            # VAT is rounded once per rate and shared out over its lines, so a line may be up to a penny off its own rounding.
            models.CheckConstraint(
                condition=LessThan(Abs(F("vat_amount") * 100 - F("net_amount") * F("vat_percent")), Decimal(1)),
                name="%(class)s_vat_follows_rate",
            ),
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="%(class)s_gross_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"


class RequisitionLine(PricedLine):
    """One thing asked for, and what the budget bears of it."""

    requisition = models.ForeignKey(Requisition, on_delete=models.CASCADE, related_name="lines", db_index=False)
    cost_amount = money()
    """What is charged to budgets: net, or gross where the VAT cannot be recovered."""

    class Meta(PricedLine.Meta):
        constraints = [
            *PricedLine.Meta.constraints,
            models.UniqueConstraint(fields=["requisition", "position"], name="requisition_line_position_once"),
            models.CheckConstraint(
                condition=Q(cost_amount=F("net_amount")) | Q(cost_amount=F("gross_amount")),
                name="requisitionline_cost_net_or_gross",
            ),
        ]


class LineCoding(PrivateModel):
    """The share of a line that one cost centre and subjective code pay."""

    line = models.ForeignKey(RequisitionLine, on_delete=models.CASCADE, related_name="codings", db_index=False)
    position = models.PositiveSmallIntegerField()
    cost_centre = models.ForeignKey("finance.CostCentre", on_delete=models.PROTECT, related_name="+")
    subjective = models.ForeignKey("finance.SubjectiveCode", on_delete=models.PROTECT, related_name="+", db_index=False)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    """Set when the split was given in percent; empty when it was given in pounds."""
    amount = money()

    objects = LineCodingQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["line", "position"], name="line_coding_position_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_coding_not_negative"),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gt=0, percent__lte=100), name="line_coding_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"£{self.amount}"


class PurchaseOrder(PrivateModel):
    """A council's order to a supplier. A requisition has one order at most: the database holds it."""

    reference = models.CharField(max_length=40, unique=True)
    requisition = models.OneToOneField(Requisition, on_delete=models.PROTECT, related_name="order")
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=OrderStatus.choices, default=OrderStatus.ISSUED)
    requester = pooled_key("access.OfficerCard")
    supplier_name = models.CharField(max_length=160, blank=True)
    supplier_email = models.EmailField(blank=True)
    delivery_location = models.CharField(max_length=250, blank=True)
    needed_by_on = models.DateField()
    financial_year = models.PositiveSmallIntegerField()
    net_amount = money()
    vat_amount = money()
    gross_amount = money()
    issued_at = models.DateTimeField()
    issued_by = pooled_key("access.OfficerCard", null=True, blank=True)
    """The officer whose approval raised it."""
    sent_on = models.DateField(null=True, blank=True)
    sent_by = models.CharField(max_length=12, choices=SentBy.choices, blank=True)
    """The way it went to the supplier; empty until somebody records it."""
    sent_recorded_by = pooled_key("access.OfficerCard", null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = pooled_key("access.OfficerCard", null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        indexes = [models.Index(fields=["-issued_at"], name="order_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="order_gross_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(status__in=STANDING, cancelled_at__isnull=True)
                | Q(status=OrderStatus.CANCELLED, cancelled_at__isnull=False),
                name="order_cancelled_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.SENT)
                | (Q(sent_on__isnull=False) & ~Q(sent_by="") & ~Q(supplier_name="")),
                name="order_sent_says_when_how_and_to_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("purchasing:order", args=[self.reference])


class OrderLine(PricedLine):
    """One thing ordered, as it stood on the approved requisition."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    requisition_line = models.OneToOneField(RequisitionLine, on_delete=models.PROTECT, related_name="order_line")

    class Meta(PricedLine.Meta):
        constraints = [
            *PricedLine.Meta.constraints,
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
        ]


class JointConsent(PrivateModel):
    """What this council agreed to when its officer approved a joint purchase: kept here, added once, never changed.

    An order from a joint purchase is raised from this alone; the shared rows only have to say the same (ADR 0004).
    """

    append_only = True

    case_id = models.UUIDField()
    task_id = models.UUIDField()
    proposal_id = models.UUIDField()
    share_id = models.UUIDField(unique=True)
    proposal_reference = models.CharField(max_length=40)
    supplier_name = models.CharField(max_length=160)
    net_amount = money()
    vat_amount = money()
    gross_amount = money()
    agreed_by = pooled_key("access.OfficerCard")
    agreed_by_name = models.CharField(max_length=200)
    agreed_for_name = models.CharField(max_length=200, blank=True)
    """The colleague for whom a deputy agreed."""
    agreed_at = models.DateTimeField()
    seen_digest = models.CharField(max_length=64)
    """A fingerprint of the shared rows as the officer decided on them."""

    class Meta:
        ordering = ["-agreed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")), name="joint_consent_gross_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_reference}: {self.supplier_name}"


class JointConsentLine(PricedLine):
    """One line that was agreed to: the council's own requisition line, at the price it said yes to."""

    append_only = True

    consent = models.ForeignKey(JointConsent, on_delete=models.PROTECT, related_name="lines", db_index=False)
    requisition_line = models.ForeignKey(
        RequisitionLine, on_delete=models.PROTECT, related_name="consents", db_index=False
    )

    class Meta(PricedLine.Meta):
        constraints = [
            *PricedLine.Meta.constraints,
            models.UniqueConstraint(fields=["consent", "requisition_line"], name="joint_consent_line_once"),
        ]


class Supplier(PrivateModel):
    """Whom the council buys from: its own register of suppliers."""

    number = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=160)
    search_term = models.CharField(max_length=20, blank=True)
    vat_number = models.CharField("VAT number", max_length=20, blank=True)
    company_number = models.CharField(max_length=16, blank=True)
    street = models.CharField(max_length=80, blank=True)
    district = models.CharField(max_length=40, blank=True)
    town = models.CharField(max_length=40, blank=True)
    county = models.CharField(max_length=40, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=3, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=254, blank=True)
    one_time = models.BooleanField(default=False)
    """A collective record for suppliers that are used once."""
    blocked = models.BooleanField(default=False)
    """Nothing is bought from it and nothing is paid to it."""
    closed = models.BooleanField(default=False)
    """Marked for deletion; kept for the record."""
    version = models.PositiveIntegerField(default=1)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["name"], name="supplier_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("purchasing:supplier", args=[self.number])


class SupplierTerms(PrivateModel):
    """How one company code of the council pays a supplier."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="terms", db_index=False)
    company_code = models.CharField(max_length=4)
    payment_terms = models.CharField(max_length=4, blank=True)
    payment_methods = models.CharField(max_length=10, blank=True)
    payment_blocked = models.BooleanField(default=False)
    checks_duplicates = models.BooleanField(default=False)
    reconciliation_account = models.CharField(max_length=10, blank=True)
    our_account_number = models.CharField(max_length=12, blank=True)
    former_number = models.CharField(max_length=10, blank=True)
    closed = models.BooleanField(default=False)

    class Meta:
        ordering = ["company_code"]
        verbose_name_plural = "supplier terms"
        constraints = [models.UniqueConstraint(fields=["supplier", "company_code"], name="terms_once_a_company")]

    def __str__(self) -> str:
        return f"{self.company_code} {self.payment_terms}".strip()


SEALED_HERE = "Made with a secret of this install: the details themselves are in suppliers/bank_details.jsonl."
"""Loading a pack seals them anew (`exit_pack.py`)."""


class SupplierBankAccount(PrivateModel):
    """Where a supplier is paid. The details rest sealed; pages show the last four figures (`bank_details.py`)."""

    columns_left_out_of_packs: ClassVar[dict[str, tuple[str, str]]] = {
        "sealed": (SEALED_HERE, "''"),
        "fingerprint": (SEALED_HERE, "r.id::text"),
    }

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="bank_accounts")
    country = models.CharField(max_length=3, blank=True)
    holder_name = models.CharField(max_length=60, blank=True)
    sealed = models.TextField()
    fingerprint = models.CharField(max_length=64)
    """The same for the same details: tells whether they changed without opening them."""
    ending = models.CharField(max_length=4)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["ending"]
        constraints = [models.UniqueConstraint(fields=["supplier", "fingerprint"], name="bank_account_once")]

    def __str__(self) -> str:
        return f"Account ending {self.ending}"


class BankAccountChange(PrivateModel):
    """A new bank account of a supplier: one officer enters it, a second one enters it again before it counts."""

    left_out_of_packs = (
        "Sealed with a secret of this install; accounts that were confirmed are in the pack, and the record says who."
    )

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="bank_changes")
    replaces = models.ForeignKey(
        SupplierBankAccount, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    """Ends on the day the new one is confirmed."""
    holder_name = models.CharField(max_length=60)
    sealed = models.TextField(blank=True)
    """Emptied once it is answered."""
    fingerprint = models.CharField(max_length=64)
    ending = models.CharField(max_length=4)
    checked_by_means = models.CharField(max_length=200)
    """How the first officer made sure that it is the supplier's own account."""
    status = models.CharField(max_length=11, choices=BankChangeStatus.choices, default=BankChangeStatus.WAITING)
    proposed_by = pooled_key("access.OfficerCard")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = pooled_key("access.OfficerCard", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(status=BankChangeStatus.WAITING), name="one_bank_change_waits"
            ),
            models.CheckConstraint(
                condition=~Q(status=BankChangeStatus.CONFIRMED)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="bank_change_by_two_officers",
            ),
        ]

    def __str__(self) -> str:
        return f"New account ending {self.ending}"
