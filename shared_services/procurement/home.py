"""What the procurement team finds on its home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import counted
from shared_services.tenancy.door import current_council

from .choices import DemandStatus, ProposalStatus, ShareStatus
from .models import JointProposal, ProposalShare
from .selectors import demand_by_category, open_demand_count


@home_card("procurement.view_demand")
def open_demand(_actor: OfficerCard) -> HomeCard | None:
    """Lines that nobody has grouped or handed back yet."""
    if not current_council().is_shared_service:
        return None
    count = open_demand_count()
    shared = sum(1 for row in demand_by_category() if row.together)
    return HomeCard(
        title="Demand to look at",
        count=count,
        text=f"{counted(shared, 'category', 'categories')} wanted by more than one council"
        if shared
        else "Lines that councils handed over",
        url=f"{reverse('procurement:list_demand')}?{urlencode({'status': DemandStatus.OPEN})}",
        order=10,
    )


@home_card("procurement.propose_joint_purchase")
def my_drafts(actor: OfficerCard) -> HomeCard | None:
    """Proposals the officer began and has not sent."""
    if not current_council().is_shared_service:
        return None
    return HomeCard(
        title="Your draft proposals",
        count=JointProposal.objects.of_shared_service().drafts().filter(drafted_by=actor).count(),
        text="Not sent to the councils yet",
        url=f"{reverse('procurement:list_proposals')}?{urlencode({'status': ProposalStatus.DRAFT, 'mine': 'on'})}",
        order=20,
    )


@home_card("procurement.manage_proposals")
def waiting_for_councils(_actor: OfficerCard) -> HomeCard | None:
    """Proposals that councils are deciding."""
    if not current_council().is_shared_service:
        return None
    return HomeCard(
        title="Waiting for councils",
        count=JointProposal.objects.of_shared_service().awaiting_councils().count(),
        text="Joint proposals that managers are deciding",
        url=f"{reverse('procurement:list_proposals')}?{urlencode({'status': ProposalStatus.AWAITING_COUNCILS})}",
        order=30,
    )


@home_card("procurement.manage_proposals")
def orders_that_failed(_actor: OfficerCard) -> HomeCard | None:
    """Agreed proposals where a council's own order could not be raised."""
    room = current_council()
    if not room.is_shared_service:
        return None
    failed = list(
        ProposalShare.objects.filter(owner_id=room.number, status=ShareStatus.FAILED).values_list(
            "proposal_id", flat=True
        )[:50]
    )
    if not failed:
        return None
    return HomeCard(
        title="Orders that could not be raised",
        count=len(failed),
        text="A council agreed, but its own order failed",
        url=reverse("procurement:view_proposal", args=[failed[0]]),
        urgent=True,
    )
