"""A supplier's new bank account takes two officers: payment fraud begins with one letter that one clerk believes."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed

from .. import bank_details
from ..choices import BankChangeStatus
from ..models import BankAccountChange, Supplier, SupplierBankAccount

MAY = "purchasing.manage_suppliers"
UNITED_KINGDOM = "GB"


def uk_details(sort_code: str, account_number: str) -> str:
    """The details as the legacy extracts' are kept, so that the same account has the same fingerprint."""
    return "|".join([UNITED_KINGDOM, sort_code, account_number, ""])


@transaction.atomic
def propose_bank_account(
    *, actor: OfficerCard, supplier: Supplier, holder_name: str, sort_code: str, account_number: str,
    checked_by_means: str, replaces: str | UUID = "",
) -> BankAccountChange:  # fmt: skip
    """Enter a supplier's new bank account. Nothing counts until another officer has entered it again."""
    check_may(actor, MAY)
    supplier = Supplier.objects.select_for_update().get(pk=supplier.pk)
    if supplier.bank_changes.filter(status=BankChangeStatus.WAITING).exists():
        raise NotAllowed("A bank account of this supplier waits for a second officer already. It is answered first.")
    details = uk_details(sort_code, account_number)
    fingerprint = bank_details.fingerprint(details)
    if supplier.bank_accounts.filter(fingerprint=fingerprint, valid_to__isnull=True).exists():
        raise NotAllowed("This account is recorded for the supplier already.", code="account_number")
    change = BankAccountChange.objects.create(
        supplier=supplier, holder_name=holder_name, sealed=bank_details.seal(details), fingerprint=fingerprint,
        ending=account_number[-4:], checked_by_means=checked_by_means, proposed_by=actor,
        replaces=supplier.bank_accounts.filter(pk=replaces).first() if replaces else None,
    )  # fmt: skip
    record(actor, "purchasing.bank_account.proposed", supplier, ending=change.ending, checked=checked_by_means)
    return change


@transaction.atomic
def confirm_bank_account(
    *, actor: OfficerCard, change: BankAccountChange, sort_code: str, account_number: str
) -> SupplierBankAccount:
    """Make a new account count: a second officer enters it again from the supplier's own letter, and both must agree."""
    change = _waiting(actor, change)
    if change.proposed_by_id == actor.pk:
        raise NotAllowed("You entered this account yourself, so another finance officer confirms it.")
    if bank_details.fingerprint(uk_details(sort_code, account_number)) != change.fingerprint:
        raise NotAllowed(
            "This is not the account that was entered first. Check both figures with the supplier’s own letter. "
            "If yours are right, turn the account down.",
            code="account_number",
        )
    today = timezone.localdate()
    if change.replaces is not None:
        change.replaces.valid_to = today
        change.replaces.save(update_fields=["valid_to"])
    account, _ = SupplierBankAccount.objects.update_or_create(
        supplier_id=change.supplier_id, fingerprint=change.fingerprint,
        defaults={
            "country": UNITED_KINGDOM, "holder_name": change.holder_name, "sealed": change.sealed,
            "ending": change.ending, "valid_from": today, "valid_to": None,
        },
    )  # fmt: skip
    _decide(actor, change, BankChangeStatus.CONFIRMED)
    return account


@transaction.atomic
def turn_down_bank_account(*, actor: OfficerCard, change: BankAccountChange, reason: str) -> BankAccountChange:
    """Refuse a new account, or take one's own entry back."""
    change = _waiting(actor, change)
    own = change.proposed_by_id == actor.pk
    return _decide(actor, change, BankChangeStatus.WITHDRAWN if own else BankChangeStatus.TURNED_DOWN, reason)


def _waiting(actor: OfficerCard, change: BankAccountChange) -> BankAccountChange:
    check_may(actor, MAY)
    change = BankAccountChange.objects.select_for_update(of=("self",)).select_related("supplier").get(pk=change.pk)
    if change.status != BankChangeStatus.WAITING:
        raise NotAllowed(f"This account was answered already: {change.get_status_display().lower()}.")
    return change


def _decide(
    actor: OfficerCard, change: BankAccountChange, status: BankChangeStatus, reason: str = ""
) -> BankAccountChange:
    change.status, change.decided_by, change.decided_at = status, actor, timezone.now()
    change.decided_reason, change.sealed = reason, ""
    change.save(update_fields=["status", "decided_by", "decided_at", "decided_reason", "sealed"])
    record(actor, f"purchasing.bank_account.{status}", change.supplier, ending=change.ending, reason=reason)
    return change
