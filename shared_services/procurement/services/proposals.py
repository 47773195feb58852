"""A joint proposal from draft to the councils' answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.tenancy.references import next_reference
from shared_services.workflow.services import open_case, withdraw_case

from .. import rules
from ..choices import DemandStatus, ProposalStatus
from ..models import CpvCode, DemandLine, JointProposal, ProposalLine, ProposalShare
from .demand import lock_requisitions_of

PENNY = Decimal("0.01")
PROCESS = "joint_purchase"


@transaction.atomic
def draft_proposal(*, actor: OfficerCard, line_ids: Collection[UUID], title: str = "") -> JointProposal:
    """Group councils' open demand into a draft proposal. The lines' whole requisitions come along.

    Locks the lines: one line is in one live proposal, and a second officer is told so. No council sees a draft.
    """
    lines = lock_requisitions_of(line_ids)
    rules.check_may_group(actor, lines, len(line_ids))
    category = category_of(lines)
    proposal = JointProposal.objects.create(
        owner_id=SHARED_SERVICE_NUMBER,
        reference=next_reference("JP", timezone.localdate().year),
        title=title.strip() or f"Joint purchase: {category.label}"[:200],
        category=category,
        drafted_by=actor,
    )
    _take(proposal, lines)
    _add_up(proposal)
    record(actor, "procurement.proposal.drafted", proposal, lines=len(lines), amount=str(proposal.net_amount))
    return proposal


@transaction.atomic
def add_demand(*, actor: OfficerCard, proposal_id: UUID, line_ids: Collection[UUID]) -> JointProposal:
    """Put more open demand into a draft proposal, whole requisitions at a time."""
    proposal = lock_proposal(proposal_id)
    rules.check_may_change(actor, proposal)
    lines = lock_requisitions_of(line_ids)
    rules.check_may_group(actor, lines, len(line_ids))
    _take(proposal, lines)
    _add_up(proposal)
    record(actor, "procurement.proposal.demand_added", proposal, lines=len(lines))
    return proposal


@transaction.atomic
def remove_demand(*, actor: OfficerCard, proposal_id: UUID, requisition_id: UUID) -> JointProposal:
    """Take one requisition out of a draft proposal; its lines are open again. Can run twice."""
    proposal = lock_proposal(proposal_id)
    rules.check_may_change(actor, proposal)
    numbers = [council.number for council in all_councils()]
    leaving = list(
        DemandLine.objects.of_councils(numbers).filter(
            requisition_id=requisition_id, pk__in=_live_lines(proposal).values("demand_line")
        )
    )
    if not leaving:
        return proposal
    _live_lines(proposal).filter(demand_line__in=leaving).update(is_live=False)
    release(leaving)
    _add_up(proposal)
    record(actor, "procurement.proposal.demand_removed", proposal, requisition=leaving[0].reference)
    return proposal


@transaction.atomic
def change_proposal(
    *,
    actor: OfficerCard,
    proposal_id: UUID,
    version: int,
    title: str,
    category: str,
    supplier_name: str,
    justification: str,
    show_totals_to_councils: bool,
    prices: Mapping[UUID, Decimal | None],
) -> JointProposal:
    """Change a draft's wording and the price agreed for each line; a line without a price keeps its estimate.

    Raises Stale when someone else changed it first.
    """
    proposal = lock_proposal(proposal_id)
    rules.check_may_change(actor, proposal)
    rules.check_version(proposal, version)
    if not title.strip():
        raise NotAllowed("Enter a title for the proposal.")
    proposal.title = title.strip()
    proposal.category_id = _known_category(category)
    proposal.supplier_name = supplier_name.strip()
    proposal.justification = justification.strip()
    proposal.show_totals_to_councils = show_totals_to_councils
    for line in _live_lines(proposal).select_related("demand_line"):
        if line.pk in prices:
            line.agreed_unit_price = prices[line.pk]
            line.net_amount = _net(line)
            line.save(update_fields=["agreed_unit_price", "net_amount"])
    _add_up(proposal)
    record(actor, "procurement.proposal.changed", proposal, amount=str(proposal.net_amount))
    return proposal


@transaction.atomic
def submit_proposal(*, actor: OfficerCard, proposal_id: UUID, version: int | None = None) -> JointProposal:
    """Send a draft to the councils concerned: one task each, decided by that council's own managers.

    From now on each council sees the proposal and its own share. Sending twice does nothing twice.
    """
    proposal = lock_proposal(proposal_id)
    if proposal.status == ProposalStatus.AWAITING_COUNCILS:
        return proposal
    rules.check_version(proposal, version)
    shares = list(_shares(proposal))
    rules.check_may_submit(actor, proposal, len(shares))

    councils = [share.council_id for share in shares]
    for share in shares:
        share.parts = [share.council_id]
        share.save(update_fields=["parts"])
        ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, share=share).update(parts=[share.council_id])
    proposal.parts = councils
    proposal.shown_totals = _totals_for_councils(proposal, shares)
    proposal.status = ProposalStatus.AWAITING_COUNCILS
    proposal.submitted_at = timezone.now()
    proposal.version += 1
    proposal.save()

    case = open_case(
        actor=actor,
        process=PROCESS,
        subject_id=proposal.pk,
        reference=proposal.reference,
        title=proposal.title,
        # The councils read the case too: without leave to see totals each knows its own share, on its own task.
        amount=proposal.net_amount if proposal.show_totals_to_councils else None,
        category=proposal.category_id,
        facts={"councils": councils},
        parts=councils,
    )
    JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER, pk=proposal.pk).update(case_id=case.pk)
    proposal.case_id = case.pk
    record(actor, "procurement.proposal.submitted", proposal, councils=councils, amount=str(proposal.net_amount))
    return proposal


@transaction.atomic
def cancel_proposal(
    *, actor: OfficerCard, proposal_id: UUID, reason: str = "", version: int | None = None
) -> JointProposal:
    """Give a proposal up before its orders are raised; its demand is open again. Can run twice."""
    seen = JointProposal.objects.of_shared_service().filter(pk=proposal_id).first()
    if seen is not None and seen.status == ProposalStatus.AWAITING_COUNCILS and seen.case_id:
        # The case is locked before the proposal, as the process itself does when a council answers.
        rules.check_may_cancel(actor, seen, reason)
        withdraw_case(actor=actor, case_id=seen.case_id, note=reason.strip())
    proposal = lock_proposal(proposal_id)
    if proposal.status == ProposalStatus.CANCELLED:
        return proposal
    rules.check_version(proposal, version)
    rules.check_may_cancel(actor, proposal, reason)
    close_without_orders(proposal, ProposalStatus.CANCELLED, reason)
    record(actor, "procurement.proposal.cancelled", proposal, reason=reason.strip())
    return proposal


def lock_proposal(proposal_id: UUID) -> JointProposal:
    """The proposal, locked until this transaction ends."""
    proposal = (
        JointProposal.objects.select_for_update(of=("self",))
        .filter(owner_id=SHARED_SERVICE_NUMBER, pk=proposal_id)
        .first()
    )
    if proposal is None:
        raise NotAllowed("This proposal is not here. Go back to the list of joint proposals.")
    return proposal


def close_without_orders(proposal: JointProposal, status: ProposalStatus, reason: str) -> None:
    """End a proposal and free its lines for another one, or for handing back."""
    live = list(_live_lines(proposal).select_related("demand_line"))
    _live_lines(proposal).update(is_live=False)
    release([line.demand_line for line in live])
    proposal.status = status
    proposal.closed_at = timezone.now()
    proposal.close_reason = reason.strip()[:500]
    proposal.version += 1
    proposal.save(update_fields=["status", "closed_at", "close_reason", "version"])


def release(lines: Iterable[DemandLine]) -> None:
    """Make lines open again."""
    by_owner: dict[int, list[UUID]] = defaultdict(list)
    for line in lines:
        by_owner[line.owner_id].append(line.pk)
    for owner, keys in by_owner.items():
        DemandLine.objects.filter(owner_id=owner, pk__in=keys, status=DemandStatus.PROPOSED).update(
            status=DemandStatus.OPEN
        )


def category_of(lines: Collection[DemandLine]) -> CpvCode:
    """The narrowest CPV code that covers every line; the dearest line's division when they differ too much."""
    digits = [line.cpv_id[:8] for line in lines]
    for length in range(8, 1, -1):
        shared = {number[:length] for number in digits}
        if len(shared) == 1:
            found = CpvCode.objects.filter(digits8=shared.pop().ljust(8, "0")).first()
            if found is not None:
                return found
    dearest = max(lines, key=lambda line: line.net_amount)
    return CpvCode.objects.filter(digits8=f"{dearest.cpv_id[:2]}000000").first() or dearest.cpv


def _take(proposal: JointProposal, lines: Collection[DemandLine]) -> None:
    councils = {council.number: council for council in all_councils()}
    shares = {
        share.council_id: share
        for share in ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal)
    }
    for number in sorted({line.owner_id for line in lines}):
        if number not in shares:
            shares[number] = ProposalShare.objects.create(
                owner_id=SHARED_SERVICE_NUMBER,
                proposal=proposal,
                council_id=number,
                council_name=councils[number].short_name,
            )
    # A requisition taken out and put back again finds its old place, with its price.
    former = {
        line.demand_line_id: line
        for line in ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, is_live=False)
    }
    for line in lines:
        if line.pk in former:
            ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, pk=former[line.pk].pk).update(is_live=True)
    ProposalLine.objects.bulk_create(
        ProposalLine(
            owner_id=SHARED_SERVICE_NUMBER,
            proposal=proposal,
            share=shares[line.owner_id],
            demand_line=line,
            net_amount=line.net_amount,
        )
        for line in lines
        if line.pk not in former
    )
    for number in shares:
        keys = [line.pk for line in lines if line.owner_id == number]
        DemandLine.objects.filter(owner_id=number, pk__in=keys).update(status=DemandStatus.PROPOSED)


def _add_up(proposal: JointProposal) -> None:
    """Bring the shares' and the proposal's totals in line with the live lines."""
    by_share: dict[UUID, list[ProposalLine]] = defaultdict(list)
    for line in _live_lines(proposal).select_related("demand_line"):
        by_share[line.share_id].append(line)
    for share in ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal):
        lines = by_share.get(share.pk, [])
        share.line_count = len(lines)
        share.estimated_amount = sum((line.demand_line.net_amount for line in lines), Decimal("0.00"))
        share.net_amount = sum((line.net_amount for line in lines), Decimal("0.00"))
        share.save(update_fields=["line_count", "estimated_amount", "net_amount"])
    everything = [line for lines in by_share.values() for line in lines]
    proposal.estimated_amount = sum((line.demand_line.net_amount for line in everything), Decimal("0.00"))
    proposal.net_amount = sum((line.net_amount for line in everything), Decimal("0.00"))
    proposal.version = F("version") + 1
    proposal.save()
    proposal.refresh_from_db(fields=["version"])


def _net(line: ProposalLine) -> Decimal:
    if line.agreed_unit_price is None:
        return line.demand_line.net_amount
    return (line.demand_line.quantity * line.agreed_unit_price).quantize(PENNY, rounding=ROUND_HALF_UP)


def _live_lines(proposal: JointProposal):
    return ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, is_live=True)


def _shares(proposal: JointProposal):
    """Shares of the councils that still have a line in the proposal."""
    return ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, line_count__gt=0)


def _totals_for_councils(proposal: JointProposal, shares: Iterable[ProposalShare]) -> list[dict[str, object]]:
    if not proposal.show_totals_to_councils:
        return []
    return [
        {"council": share.council_name, "lines": share.line_count, "net_amount": str(share.net_amount)}
        for share in shares
    ]


def _known_category(code: str) -> str:
    if not CpvCode.objects.filter(pk=code).exists():
        raise NotAllowed(f"There is no CPV code {code}. Search for the category by words or by its first digits.")
    return code
