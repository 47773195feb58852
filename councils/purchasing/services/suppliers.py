"""Changing a supplier by hand: how it is reached, and whether anything is bought from it."""

from __future__ import annotations

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.tenancy.errors import Stale

from ..models import Supplier

CHANGED_BY_HAND = ("email", "telephone", "blocked")


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
