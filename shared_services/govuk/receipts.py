"""A form sent twice is done once: its token is claimed in the transaction that does the work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from .models import FormReceipt


class Claim:
    """A form being done. Without a token (a script, not a page) there is nothing to remember."""

    def __init__(self, receipt: FormReceipt | None) -> None:
        self.receipt = receipt

    def keep(self, *, url: str, message: str) -> None:
        if self.receipt:
            self.receipt.url, self.receipt.message = url[:500], message[:500]
            self.receipt.save(update_fields=["url", "message"])


def receipt_for(account: Any, token: UUID | None) -> FormReceipt | None:
    """What this officer's form already did, if it was sent before."""
    if token is None or not account.is_authenticated:
        return None
    return FormReceipt.objects.filter(token=token, account=account).first()


def claim_receipt(account: Any, token: UUID | None) -> Claim | None:
    """Claim the form's token; None when another request has just done it.

    Waits for a request that is doing it right now: the unique key holds the second until the first is
    committed or given up.
    """
    if token is None or not account.is_authenticated:
        return Claim(None)
    try:
        with transaction.atomic():
            return Claim(FormReceipt.objects.create(token=token, account=account))
    except IntegrityError:
        return None
