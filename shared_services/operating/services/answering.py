"""A council answers, in its own room, what the platform's team asks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .. import rules
from ..choices import Kind, Status
from ..models import Consent, Operation
from .access import let_in
from .first import hold_answer


@transaction.atomic
def answer(*, actor: OfficerCard, operation_id: UUID, agreed: bool, digest: str, reason: str = "") -> Consent:
    """Agree to an operation or refuse it; the administrator and the section 151 officer may. The answer stands.

    Agreed access opens at once, by this council's own service; everything else is done by the owner's worker, which
    looks for this row.
    """
    rules.check_may_answer(actor)
    here = current_council()
    OfficerCard.objects.select_for_update().get(pk=actor.pk)
    hold_answer(operation_id)
    operation = Operation.objects.of(here.number).select_related("council", "backup").get(pk=operation_id)
    given = Consent.objects.filter(owner_id=here.number, operation_key=operation.pk).first()
    if given is not None and given.agreed != agreed:
        said = "agreed" if given.agreed else "refused"
        raise NotAllowed(f"{given.officer_name} {said} already, and an answer is not changed.", code="answered")
    if given is not None:
        return given
    if operation.status != Status.ASKED:
        raise NotAllowed(
            "The platform’s team has withdrawn this since. There is nothing to answer any more.", code="state"
        )
    if agreed:
        rules.check_may_sign(actor, operation.kind)
    if digest != operation.digest:
        raise NotAllowed(
            "What is asked has changed. Open this page again and read it before you answer.", code="changed"
        )
    if not agreed and not reason.strip():
        raise NotAllowed("Enter the reason: the platform’s team reads it.", code="reason")
    consent = Consent(
        owner_id=here.number, parts=[SHARED_SERVICE_NUMBER], operation_key=operation.pk, digest=operation.digest,
        agreed=agreed, reason=reason.strip(), officer_name=actor.work_name, officer_title=actor.job_title,
        officer_email=actor.work_email,
    )  # fmt: skip
    consent.save(force_insert=True)
    record(actor, f"operating.{operation.kind}.{'agreed' if agreed else 'refused'}", operation, reason=consent.reason)
    enqueue("operating.settle_notices", operation_id=operation.pk)
    if agreed and operation.kind == Kind.ACCESS:
        let_in(actor=actor, operation=operation)
    return consent


def has_answered(operation_id: UUID) -> bool:
    """Whether the council whose room is open has said yes or no."""
    return Consent.objects.filter(owner_id=current_council().number, operation_key=operation_id).exists()
