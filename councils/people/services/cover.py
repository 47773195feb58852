"""Who stands in while an approver is on leave: settled before his leave is approved."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.deputies import name_deputy

from .. import cover, rules
from ..models import LeaveCover, LeaveRequest


@transaction.atomic
def settle_cover(
    *,
    actor: OfficerCard,
    request: LeaveRequest,
    deputy_id: UUID | None = None,
    reason: str = "",
    version: int | None = None,
) -> LeaveCover:
    """Name who stands in for an approver during his leave, or say why nobody need.

    For whoever decides on the leave. The deputy is asked and must accept; until he has, and while nobody else can act,
    the approver's own manager can. The same answer twice changes nothing; another answer takes its place.
    """
    check_may(actor, "people.view_own_leave")
    request = LeaveRequest.objects.select_for_update(of=("self",)).select_related("employment").get(pk=request.pk)
    rules.check_version(request, version)
    if not cover.may_settle(actor, request):
        raise NotAllowed(
            f"You do not decide on {request.reference}, so you cannot say who stands in.", code="not_yours"
        )
    if bool(deputy_id) == bool(reason.strip()):
        raise NotAllowed("Choose who stands in, or say why nobody need. Not both.")
    known = LeaveCover.objects.filter(request=request).first()
    if deputy_id:
        deputy = name_deputy(
            actor=actor, principal_id=request.employment.card_id, deputy_id=deputy_id, from_on=request.first_on,
            to_on=request.last_on, for_absence=True,
        )  # fmt: skip
        if known is not None and known.deputyship_id == deputy.pk:
            return known
    elif known is not None and known.deputyship_id is None and known.reason == reason.strip():
        return known
    settled = known or LeaveCover(request=request)
    settled.deputyship_id = deputy.pk if deputy_id else None
    settled.reason = reason.strip()
    settled.settled_by, settled.settled_by_name = actor, actor.work_name
    settled.save()
    record(actor, "people.leave.cover_settled", request, deputyship=settled.deputyship_id, without=not deputy_id)
    return settled
