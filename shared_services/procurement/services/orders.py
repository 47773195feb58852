"""After the councils answered: each raises its own order in its own room and reports back here."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.services import ask_home, resume_case

from .. import rules
from ..choices import DemandStatus, ProposalStatus, ShareStatus
from ..models import DemandLine, JointProposal, ProposalLine, ProposalShare
from .proposals import close_without_orders, lock_proposal

ORDERS_RAISED = "orders_raised"
"""The step at which a joint purchase waits for each council's order."""
NO_SHARE = "This council has no share in that proposal."
ORDER_TASK = "purchasing.order_from_proposal"
"""Runs in the council's own room; named, not imported: the shared service does not know the council's code."""


@transaction.atomic
def request_orders(*, actor: OfficerCard | None, proposal_id: UUID) -> JointProposal:
    """Ask each council's room for its own order, now that every council agreed. Can run twice."""
    proposal = lock_proposal(proposal_id)
    if proposal.status != ProposalStatus.AWAITING_COUNCILS:
        return proposal
    shares = list(ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, line_count__gt=0))
    proposal.status = ProposalStatus.AGREED
    proposal.orders_outstanding = len(shares)
    proposal.version += 1
    proposal.save(update_fields=["status", "orders_outstanding", "version"])
    for share in shares:
        _ask(share)
    record(actor, "procurement.proposal.agreed", proposal, councils=[share.council_id for share in shares])
    return proposal


@transaction.atomic
def ask_for_order_again(*, actor: OfficerCard, proposal_id: UUID, share_id: UUID) -> ProposalShare:
    """Ask a council's room again whose order could not be raised. An order already raised is left alone."""
    rules.check_may(actor, rules.MAY_MANAGE)
    proposal = lock_proposal(proposal_id)
    share = ProposalShare.objects.get(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, pk=share_id)
    if share.status != ShareStatus.FAILED:
        return share
    _ask(share)
    record(actor, "procurement.proposal.order_asked_again", proposal, council=share.council_id)
    return share


@transaction.atomic
def close_not_agreed(*, actor: OfficerCard | None, proposal_id: UUID, reason: str = "") -> JointProposal:
    """End a proposal that a council did not agree to; all its demand is open again. Can run twice."""
    proposal = lock_proposal(proposal_id)
    if proposal.status != ProposalStatus.AWAITING_COUNCILS:
        return proposal
    close_without_orders(proposal, ProposalStatus.NOT_AGREED, reason or "Not every council agreed.")
    record(actor, "procurement.proposal.not_agreed", proposal)
    return proposal


@transaction.atomic
def report_order(*, actor: OfficerCard | None, share_id: UUID, order_references: list[str]) -> None:
    """Tell the shared service that this council's own order is raised. Runs in the council's room, can run twice.

    The council writes on its own share only; the shared service's room counts the shares (take_in_orders).
    """
    share = own_share(share_id)
    if share.status == ShareStatus.ORDERED:
        return
    share.status = ShareStatus.ORDERED
    share.order_references = ", ".join(order_references)[:500]
    share.ordered_at = timezone.now()
    share.failure = ""
    share.save(update_fields=["status", "order_references", "ordered_at", "failure"])
    keys = ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, share=share, is_live=True)
    DemandLine.objects.filter(owner_id=current_council().number, pk__in=keys.values("demand_line")).update(
        status=DemandStatus.ORDERED
    )
    case_id = JointProposal.objects.of_shared_service().filter(pk=share.proposal_id).values_list("case_id", flat=True)
    for key in case_id:
        if key:
            ask_home(case_id=key)
    record(actor, "procurement.share.ordered", share, orders=order_references)


@transaction.atomic
def take_in_orders(*, proposal_id: UUID) -> None:
    """Count the orders that councils reported; the last one closes the proposal. The shared service's room, can run twice."""
    proposal = JointProposal.objects.of_shared_service().filter(pk=proposal_id).first()
    if proposal is None or proposal.status != ProposalStatus.AGREED or proposal.case_id is None:
        return
    shares = ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, line_count__gt=0)
    ordered = list(shares.filter(status=ShareStatus.ORDERED).values_list("council_id", flat=True))
    # Case before proposal: the process locks them in this order too.
    for council in ordered:
        resume_case(case_id=proposal.case_id, wait=ORDERS_RAISED, council=council)
    proposal = lock_proposal(proposal_id)
    outstanding = shares.count() - len(ordered)
    if proposal.status != ProposalStatus.AGREED or proposal.orders_outstanding == outstanding:
        return
    proposal.orders_outstanding = outstanding
    if outstanding == 0:
        proposal.status = ProposalStatus.ORDERED
        proposal.closed_at = timezone.now()
    proposal.version += 1
    proposal.save(update_fields=["orders_outstanding", "status", "closed_at", "version"])
    record(None, "procurement.proposal.orders_counted", proposal, outstanding=outstanding)


@transaction.atomic
def report_order_failure(*, share_id: UUID, reason: str) -> None:
    """Tell the shared service why this council's order could not be raised. Runs in the council's room."""
    share = own_share(share_id)
    if share.status == ShareStatus.ORDERED:
        return
    share.status = ShareStatus.FAILED
    share.failure = reason[:500]
    share.save(update_fields=["status", "failure"])
    record(None, "procurement.share.order_failed", share, reason=reason)


def own_share(share_id: UUID) -> ProposalShare:
    """This council's own share, locked until the transaction ends."""
    share = (
        ProposalShare.objects.select_for_update(of=("self",))
        .filter(owner_id=SHARED_SERVICE_NUMBER, pk=share_id, council_id=current_council().number)
        .first()
    )
    if share is None:
        raise NotAllowed(NO_SHARE)
    return share


def _ask(share: ProposalShare) -> None:
    share.status = ShareStatus.ORDER_REQUESTED
    share.failure = ""
    share.save(update_fields=["status", "failure"])
    enqueue(ORDER_TASK, council=share.council_id, share_id=share.pk)
