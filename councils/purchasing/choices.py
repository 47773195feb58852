"""The states of a requisition and an order, and the units they are counted in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequisitionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    HANDED_OVER = "handed_over", _("With the shared service")
    ORDERED = "ordered", _("Ordered")
    REJECTED = "rejected", _("Rejected")
    RETURNED = "returned", _("Sent back")
    WITHDRAWN = "withdrawn", _("Withdrawn")


EDITABLE = (RequisitionStatus.DRAFT, RequisitionStatus.RETURNED)
"""States in which the requester may change the form."""

IN_PROGRESS = (RequisitionStatus.SUBMITTED, RequisitionStatus.APPROVED, RequisitionStatus.HANDED_OVER)
"""States in which a case is open and money may be reserved."""


class OrderStatus(models.TextChoices):
    ISSUED = "issued", _("Raised")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


STANDING = (OrderStatus.ISSUED, OrderStatus.SENT)
"""States in which an order commits money: raised, and whether or not somebody has recorded that it was sent."""


class SentBy(models.TextChoices):
    EMAIL = "email", _("By email")
    POST = "post", _("By post")
    WEBSITE = "website", _("On the supplier’s website")
    PHONE = "phone", _("By phone")
    IN_PERSON = "in_person", _("In person")


class BankChangeStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for a second officer")
    CONFIRMED = "confirmed", _("Confirmed")
    TURNED_DOWN = "turned_down", _("Turned down")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class SameBy(models.TextChoices):
    """By what two suppliers look like one."""

    VAT = "vat", _("VAT number")
    COMPANY = "company", _("Company number")
    NAME = "name", _("Name")

    @property
    def found(self) -> str:
        """Completes “2 suppliers have”."""
        return {"vat": "a VAT number", "company": "a company number", "name": "a name"}[
            self.value
        ] + " that another has"


class Unit(models.TextChoices):
    EACH = "each", _("Each")
    BOX = "box", _("Box")
    PACK = "pack", _("Pack")
    HOUR = "hour", _("Hour")
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")
    KILOGRAM = "kg", _("Kilogram")
    TONNE = "tonne", _("Tonne")
    LITRE = "litre", _("Litre")
    METRE = "metre", _("Metre")
    SQUARE_METRE = "sq_metre", _("Square metre")
    CUBIC_METRE = "cu_metre", _("Cubic metre")
    LICENCE = "licence", _("Licence")
    VISIT = "visit", _("Visit")
    JOB = "job", _("Job")


REQUISITION_COLOURS = {
    RequisitionStatus.DRAFT.value: "grey",
    RequisitionStatus.SUBMITTED.value: "yellow",
    RequisitionStatus.APPROVED.value: "turquoise",
    RequisitionStatus.HANDED_OVER.value: "purple",
    RequisitionStatus.ORDERED.value: "green",
    RequisitionStatus.REJECTED.value: "red",
    RequisitionStatus.RETURNED.value: "orange",
    RequisitionStatus.WITHDRAWN.value: "grey",
}
ORDER_COLOURS = {
    OrderStatus.ISSUED.value: "blue",
    OrderStatus.SENT.value: "green",
    OrderStatus.CANCELLED.value: "red",
}
