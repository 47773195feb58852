"""The queue's way in to procurement."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging.tasks import council_task
from shared_services.workflow.services import resume_case


@council_task
def buy_locally(case_id: UUID) -> None:
    """Let a council's requisition move on by itself: the shared service handed it back. Safe to run twice."""
    resume_case(case_id=case_id, wait="joint_purchase", values={"joint_outcome": "buy_locally"})
