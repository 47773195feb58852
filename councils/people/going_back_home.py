"""A leave request whose case goes back to its officer is one that was sent back: it can be changed and sent again."""

from __future__ import annotations

from typing import Any

from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.going_back import going_back

from .choices import LeaveStatus
from .models import LeaveRequest


@going_back("leave_request")
def leave_goes_back(case: Any, step: str, actor: Any) -> None:
    """Bring the request in line with the step at which it stands again. Twice changes nothing."""
    request = LeaveRequest.objects.select_for_update().filter(pk=case.subject_id).first()
    if request is None:
        return
    if step != "revise_leave":
        if request.status != LeaveStatus.ASKED:
            raise NotAllowed("Send it back to the officer who asked, who can send it again.")
        return
    if request.status in (LeaveStatus.RETURNED, LeaveStatus.APPROVED):
        return
    request.status = LeaveStatus.RETURNED
    request.version += 1
    request.save(update_fields=["status", "version"])
    record(actor, "people.leave.returned", request, hours=str(request.hours))
