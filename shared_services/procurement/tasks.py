"""The queue's way in to procurement."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging.tasks import council_task
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.services import resume_case

from . import services


def open_again(*, error: Exception, final: bool, case_id: UUID, requisition_id: UUID) -> None:
    """The council could not buy it either: the shared service sees the demand again, with the reason."""
    if final:
        why = error.message if isinstance(error, NotAllowed) else "The portal could not raise the council’s order."
        services.take_back(requisition_id=requisition_id, reason=f"The council could not buy this itself: {why}")


@council_task(when_it_fails=open_again)
def buy_locally(case_id: UUID, requisition_id: UUID) -> None:
    """Let a council's requisition move on by itself: the shared service handed it back. Safe to run twice."""
    resume_case(case_id=case_id, wait="joint_purchase", values={"joint_outcome": "buy_locally"})
