"""A council's orders count among the suppliers in common only while the council shares them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .models import SupplierFigure, SupplierSharing
from .months import first_month
from .sources import SupplierRow, supplier_sources
from .supplier_names import supplier_key

MAY_SHARE = "insight.share_suppliers"


def live_sharing(on: date | None = None) -> SupplierSharing | None:
    """What this council lets be counted now."""
    return SupplierSharing.objects.live(on or timezone.localdate()).filter(owner_id=current_council().number).first()


def _hold_sharing() -> SupplierSharing | None:
    """What this council shares, also when its time has run out. Held: nothing is counted while somebody switches it off."""
    mine = SupplierSharing.objects.filter(owner_id=current_council().number, ended_at__isnull=True)
    return mine.select_for_update(of=("self",)).first()


@transaction.atomic
def share_suppliers(
    *, actor: OfficerCard, agreement: str, digest: str, least_councils: int, expires_on: date
) -> SupplierSharing:
    """Let this council's orders be counted by supplier, under the terms that the officer read. Doing it twice changes nothing."""
    check_may(actor, MAY_SHARE)
    here = current_council()
    number = here.number
    if here.is_shared_service or here.is_sandbox:
        raise NotAllowed("Only a council has orders to share, and not its sandbox.")
    OfficerCard.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    known = _hold_sharing()
    if known is not None and known.digest == digest and known.expires_on >= timezone.localdate():
        return known
    _end(actor, known)
    sharing = SupplierSharing(
        owner_id=number, agreement=agreement, digest=digest, least_councils=least_councils, expires_on=expires_on,
        agreed_by=actor, agreed_by_name=actor.work_name,
    )  # fmt: skip
    sharing.save(force_insert=True)
    record(actor, "insight.suppliers.shared", sharing, agreement=agreement, digest=digest, until=expires_on)
    replace_supplier_figures(first_month())
    return sharing


@transaction.atomic
def stop_sharing(*, actor: OfficerCard) -> None:
    """Take this council's orders out of the suppliers in common, at once."""
    check_may(actor, MAY_SHARE)
    _end(actor, _hold_sharing())
    SupplierFigure.objects.filter(owner_id=current_council().number).delete()


@transaction.atomic
def replace_supplier_figures(since: date) -> None:
    """Put what this council ordered from each supplier in the place of the earlier figures; none when it shares none."""
    number = current_council().number
    sharing = _hold_sharing()
    SupplierFigure.objects.filter(owner_id=number).delete()
    if sharing is None or sharing.expires_on < timezone.localdate():
        return
    rows = (row for source in supplier_sources() for row in source(since))
    SupplierFigure.objects.bulk_create(
        (
            SupplierFigure(
                owner_id=number, parts=[SHARED_SERVICE_NUMBER], match_key=key, name=row.name, orders=row.orders,
                net_amount=row.net_amount, least_councils=sharing.least_councils, shared_until_on=sharing.expires_on,
            )
            for key, row in _by_key(rows).items()
        ),
        batch_size=1_000,
    )  # fmt: skip


def _by_key(rows: Iterable[SupplierRow]) -> dict[str, SupplierRow]:
    """One row a supplier, under the name that most of its orders bear."""
    found: dict[str, SupplierRow] = {}
    for row in sorted(rows, key=lambda row: (-row.orders, row.name)):
        key = supplier_key(row.name)[:200]
        first = found.get(key)
        if key:
            found[key] = (
                SupplierRow(first.name, first.orders + row.orders, first.net_amount + row.net_amount) if first else row
            )
    return found


def _end(actor: OfficerCard, sharing: SupplierSharing | None) -> None:
    if sharing is not None:
        sharing.ended_at, sharing.ended_by_name = timezone.now(), actor.work_name
        sharing.save(update_fields=["ended_at", "ended_by_name"])
        record(actor, "insight.suppliers.no_longer_shared", sharing)
