"""Loads spend that councils outside the portal have published. Safe to run again: a council's lines are replaced."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from shared_services.procurement.reference_data import division_of_proclass, proclass_divisions

from .models import PublishedSpend

TRAFFORD = "E08000009"
SOURCE = "sample_spend_trafford_2026.csv"


def load() -> None:
    """Load Trafford's published spend over £500 for April and May 2026."""
    prefixes = proclass_divisions()
    with (Path(settings.DATA_DIR) / SOURCE).open(encoding="utf-8", newline="") as source:
        lines = [_line(row, prefixes) for row in csv.DictReader(source)]
    with transaction.atomic():
        PublishedSpend.objects.filter(gss_code=TRAFFORD).delete()
        PublishedSpend.objects.bulk_create(lines, batch_size=500)


def _line(row: dict[str, str], prefixes: dict[str, str]) -> PublishedSpend:
    return PublishedSpend(
        gss_code=TRAFFORD,
        council_name="Trafford",
        effective_on=date.fromisoformat(row["EffectiveDate"]),
        unit=row["OrganisationalUnit"],
        beneficiary_name=row["BeneficiaryName"],
        beneficiary_id=row["BeneficiaryOtherID"],
        paid_on=date.fromisoformat(row["PaymentDate"]),
        transaction_number=row["TransactionNumber"],
        net_amount=Decimal(row["Amount"]),
        irrecoverable_vat_amount=Decimal(row["IrrecoverableVATAmount"]),
        purpose=row["Purpose"],
        proclass_code=row["ProclassCode"],
        proclass_label=row["ProclassLabel"],
        division=division_of_proclass(row["ProclassCode"], prefixes),
        invoice_number=row["InvoiceNumber"],
    )
