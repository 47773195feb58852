"""The words finance officers use for codes, VAT, and money that is spoken for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubjectiveGroup(models.TextChoices):
    """The subjective groups of the CIPFA Service Reporting Code of Practice."""

    EMPLOYEES = "employees", _("Employees")
    PREMISES = "premises", _("Premises-related")
    TRANSPORT = "transport", _("Transport-related")
    SUPPLIES = "supplies", _("Supplies and services")
    THIRD_PARTY = "third_party", _("Third party payments")
    TRANSFER = "transfer", _("Transfer payments")
    SUPPORT = "support", _("Support services")
    DEPRECIATION = "depreciation", _("Depreciation and impairment")
    INCOME = "income", _("Income")
    CAPITAL_FINANCING = "capital_financing", _("Capital financing")


class CommitmentKind(models.TextChoices):
    """How far money has travelled: asked for, ordered, or spent."""

    PRE_COMMITMENT = "pre_commitment", _("Requisition")
    COMMITMENT = "commitment", _("Order")
    ACTUAL = "actual", _("Spent")


class VatCode(models.TextChoices):
    """VAT codes on purchases. Their percentages are dated rows (`VatRate`), never written here."""

    STANDARD = "S", _("Standard rate")
    REDUCED = "R", _("Reduced rate")
    ZERO = "Z", _("Zero rate")
    EXEMPT = "E", _("Exempt")
    OUTSIDE = "O", _("Outside the scope")
    IRRECOVERABLE = "I", _("Standard rate, cannot be recovered")
    REVERSE_CHARGE = "AE", _("Reverse charge")
