"""The register of suppliers: what is brought by a plain file, and what is changed by hand."""

from __future__ import annotations

import re

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed, Stale

from ..models import Supplier

CHANGED_BY_HAND = ("email", "telephone", "blocked")
KEPT_OF_A_SUPPLIER = (
    "name", "vat_number", "company_number", "street", "town", "postcode", "country", "telephone", "email", "blocked",
)  # fmt: skip
UK_VAT_NUMBER = re.compile(r"(GB)?(\d{9}|\d{12}|(GD|HA)\d{3})")
"""VAT Notice 700, section 3.5, and HMRC's VATREG10160: nine figures, twelve for a branch, GD and HA for public bodies."""


@transaction.atomic
def save_supplier(*, actor: OfficerCard, number: str, **kept: str | bool) -> tuple[Supplier, bool | None]:
    """Add a supplier, or change the one with this number; finance officers may.

    Gives the supplier, and whether it was added (True), changed (False) or left as it was (None). Raises NotAllowed
    with the field's name as code. Bank accounts come by `bank_changes` and the legacy extracts only.
    """
    check_may(actor, "purchasing.manage_suppliers")
    given = {name: kept[name] for name in KEPT_OF_A_SUPPLIER}
    _check_vat_number(str(given["vat_number"]), str(given["country"]))
    number = number.lstrip("0") if number.isdigit() else number
    if not number:
        raise NotAllowed("A supplier’s number is more than noughts.", code="number")
    supplier = Supplier.objects.select_for_update().filter(number=number).first()
    if supplier is None:
        supplier = Supplier.objects.create(number=number, **given)
        record(actor, "purchasing.supplier.added", supplier, number=number)
        return supplier, True
    before = values_of(supplier, KEPT_OF_A_SUPPLIER)
    for name, value in given.items():
        setattr(supplier, name, value)
    changes = changes_between(before, supplier)
    if not changes:
        return supplier, None
    supplier.version += 1
    supplier.save(update_fields=[*KEPT_OF_A_SUPPLIER, "version"])
    record(actor, "purchasing.supplier.changed", supplier, changes=changes)
    return supplier, False


def _check_vat_number(vat_number: str, country: str) -> None:
    bare = re.sub(r"[\s.-]", "", vat_number.upper())
    if bare and country in ("", "GB") and not UK_VAT_NUMBER.fullmatch(bare):
        raise NotAllowed(
            f"“{vat_number}” does not look like a UK VAT number: GB and 9 or 12 figures.", code="vat_number"
        )


@transaction.atomic
def change_supplier(
    *, actor: OfficerCard, supplier: Supplier, email: str, telephone: str, blocked: bool, version: int | None = None
) -> Supplier:
    """Change a supplier's email, telephone or block; finance officers may. Bank details come from the extracts only."""
    check_may(actor, "purchasing.manage_suppliers")
    supplier = Supplier.objects.select_for_update().get(pk=supplier.pk)
    if version is not None and supplier.version != version:
        raise Stale
    before = values_of(supplier, CHANGED_BY_HAND)
    supplier.email, supplier.telephone, supplier.blocked = email, telephone, blocked
    changes = changes_between(before, supplier)
    if not changes:
        return supplier
    supplier.version += 1
    supplier.save(update_fields=[*CHANGED_BY_HAND, "version"])
    record(actor, "purchasing.supplier.changed", supplier, changes=changes)
    return supplier
