"""A requisition whose case goes back to its requester is one that was sent back: its budget is free until it is sent again."""

from __future__ import annotations

from typing import Any

from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.going_back import going_back

from . import services
from .choices import RequisitionStatus
from .models import Requisition


@going_back("requisition_approval")
def requisition_goes_back(case: Any, step: str, actor: Any) -> None:
    """Bring the requisition in line with the step at which it stands again."""
    if step == "revise_requisition":
        services.requisition_returned(actor=actor, requisition_id=case.subject_id)
        return
    status = Requisition.objects.filter(pk=case.subject_id).values_list("status", flat=True).first()
    if status not in (None, RequisitionStatus.SUBMITTED):
        raise NotAllowed("Its budget was freed. Send it back to the officer who raised it, who can send it again.")
