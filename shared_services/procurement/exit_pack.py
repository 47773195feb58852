"""What becomes of joint buying when a council's exit pack is loaded: nobody buys together with it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import LIVE_PROPOSAL_STATUSES, DemandStatus, ProposalStatus
from .models import DemandLine, JointProposal

ENDED_BY_LEAVING = "The council left the partnership that was buying this together."


def written_files() -> Iterator[tuple[str, str, list[bytes]]]:
    """Nothing beside the tables."""
    return iter(())


def after_load(_opened: Callable[[str], IO[bytes]]) -> None:
    """Hand back what was not ordered yet: the council's own process goes on and buys it itself. Proposals end."""
    here = current_council().number
    lines = DemandLine.objects.filter(owner_id=here, status__in=[DemandStatus.OPEN, DemandStatus.PROPOSED])
    handed_back = set(lines.order_by().values_list("case_id", "requisition_id"))
    lines.update(status=DemandStatus.RETURNED, return_reason=ENDED_BY_LEAVING)
    JointProposal.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, parts__contains=[here], status__in=LIVE_PROPOSAL_STATUSES
    ).update(status=ProposalStatus.CANCELLED)
    for case_id, requisition_id in sorted(handed_back, key=str):
        record(None, "procurement.demand.returned", ("requisition", requisition_id), reason=ENDED_BY_LEAVING)
        enqueue("procurement.buy_locally", case_id=case_id, requisition_id=requisition_id)
