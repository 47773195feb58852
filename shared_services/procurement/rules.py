"""What the procurement team may do to demand and proposals, and the words in which it is refused."""

from __future__ import annotations

from collections.abc import Collection

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.tenancy.errors import NotAllowed, Stale

from .choices import DemandStatus, ProposalStatus
from .models import DemandLine, JointProposal

MAY_PROPOSE = "procurement.propose_joint_purchase"
MAY_MANAGE = "procurement.manage_proposals"
SMALLEST_PARTNERSHIP = 2


def check_may_group(actor: OfficerCard, lines: Collection[DemandLine], asked_for: int) -> None:
    check_may(actor, MAY_PROPOSE)
    if not asked_for:
        raise NotAllowed("Choose at least one line of demand.")
    if not lines:
        raise NotAllowed("None of these lines is here any more. Go back to the demand list and choose again.")
    check_all_open(lines)


def check_all_open(lines: Collection[DemandLine]) -> None:
    """Refuse lines that are already taken: one line is in one live proposal."""
    for line in lines:
        if line.status != DemandStatus.OPEN:
            state = DemandStatus(line.status).label.lower()
            raise NotAllowed(f"{line.reference} line {line.line_number} is {state}. Choose only lines that are open.")


def check_may_return(
    actor: OfficerCard, chosen: Collection[DemandLine], lines: Collection[DemandLine], reason: str
) -> None:
    """`lines` are those of the chosen that are not yet handed back."""
    check_may(actor, MAY_MANAGE)
    if not chosen:
        raise NotAllowed("Choose at least one line of demand.")
    if not reason.strip():
        raise NotAllowed("Say why the council should buy this itself: its officers read the reason.")
    check_all_open(lines)


def check_version(proposal: JointProposal, version: int | None) -> None:
    if version is not None and proposal.version != version:
        raise Stale(f"Someone else changed {proposal.reference} while you were working on it. Check it and try again.")


def check_may_change(actor: OfficerCard, proposal: JointProposal) -> None:
    check_may(actor, MAY_MANAGE)
    if proposal.status != ProposalStatus.DRAFT:
        raise NotAllowed(
            f"{proposal.reference} is {proposal.get_status_display().lower()}, so it can no longer be changed. "
            "Cancel it and draft a new one if the councils should agree something else."
        )


def missing_to_submit(proposal: JointProposal, councils: int) -> str:
    """What a proposal lacks before it can be sent to the councils, as a sentence; empty when it is complete."""
    missing = [
        words
        for words, value in (
            ("the supplier", proposal.supplier_name),
            ("why the councils should buy together", proposal.justification),
        )
        if not value.strip()
    ]
    if missing:
        return f"Enter {' and '.join(missing)} before you send {proposal.reference} to the councils."
    if councils < SMALLEST_PARTNERSHIP:
        return (
            "A joint purchase needs demand from at least two councils. Add another council’s demand, "
            "or hand this demand back so that the council buys it itself."
        )
    return ""


def check_may_submit(actor: OfficerCard, proposal: JointProposal, councils: int) -> None:
    check_may_change(actor, proposal)
    if missing := missing_to_submit(proposal, councils):
        raise NotAllowed(missing)


def check_may_cancel(actor: OfficerCard, proposal: JointProposal, reason: str) -> None:
    check_may(actor, MAY_MANAGE)
    if proposal.status not in (ProposalStatus.DRAFT, ProposalStatus.AWAITING_COUNCILS):
        raise NotAllowed(
            f"{proposal.reference} is {proposal.get_status_display().lower()} and can no longer be cancelled. "
            "Ask the councils to cancel their own orders if they are not wanted."
        )
    if proposal.status == ProposalStatus.AWAITING_COUNCILS and not reason.strip():
        raise NotAllowed("Say why you are cancelling: the councils that were asked read the reason.")
