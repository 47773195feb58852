"""Control totals: the figures of the legacy system beside ours, and the name of who says that they agree."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed

from .. import rules
from ..choices import BatchStatus
from ..models import ControlTotal, ImportBatch
from .batches import locked, save


@transaction.atomic
def state_totals(
    *,
    actor: OfficerCard,
    batch: ImportBatch,
    figures: Mapping[UUID, tuple[Decimal | None, str]],
    version: int | None = None,
) -> ImportBatch:
    """Keep what the legacy system says, and why it differs where it does. A signature given before falls away.

    Raises NotAllowed for a difference without an explanation.
    """
    rules.check_may_load_something(actor)
    batch = locked(batch.pk)
    rules.check_quiet(batch)
    rules.check_version(batch, version)
    if batch.status not in (BatchStatus.CHECKED, BatchStatus.LOADED):
        raise NotAllowed(f"{batch.reference} is {batch.get_status_display().lower()}: its totals stand as they are.")
    changes = {}
    for total in ControlTotal.objects.filter(file__batch=batch, pk__in=figures).select_related("file"):
        amount, explanation = figures[total.pk]
        if amount is not None and amount != total.read_amount and not explanation:
            raise NotAllowed(
                f"{total.measure} of {total.file.name} differs by {total.apart(amount)}. Explain why, or correct the figure."
            )
        if (total.source_amount, total.explanation) == (amount, explanation):
            continue
        changes[f"{total.file.name} {total.measure}"] = (str(total.source_amount or ""), str(amount or ""))
        total.source_amount, total.explanation = amount, explanation
        total.stated_by, total.stated_at = actor, timezone.now()
        total.save(update_fields=["source_amount", "explanation", "stated_by", "stated_at"])
    if changes:
        batch.signed_by, batch.signed_at = None, None
        save(batch, "signed_by", "signed_at")
        record(actor, "migration.totals.stated", batch, changes=changes)
    return batch


@transaction.atomic
def sign_off(*, actor: OfficerCard, batch: ImportBatch, version: int | None = None) -> ImportBatch:
    """Say by name that the totals agree or that the differences are explained. Not by who brought the files."""
    batch = locked(batch.pk)
    if batch.signed_by_id == actor.pk:
        return batch
    rules.check_may_sign(actor, batch)
    rules.check_version(batch, version)
    rules.check_reconciled(batch)
    stated = ControlTotal.objects.filter(file__batch=batch, stated_by=actor)
    if stated.exists():
        raise NotAllowed(
            "You entered the legacy system’s figures. Somebody else must sign for them.", code="own_record"
        )
    batch.signed_by, batch.signed_at = actor, timezone.now()
    save(batch, "signed_by", "signed_at")
    record(
        actor, "migration.totals.signed", batch,
        totals={
            f"{total.file.name} {total.measure}": str(total.read_amount)
            for total in ControlTotal.objects.filter(file__batch=batch).select_related("file")
        },
    )  # fmt: skip
    return batch
