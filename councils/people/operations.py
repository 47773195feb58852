"""What the leave process does in the council's own room when a decision falls."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.operations import OperationContext, operation

from . import cover
from .choices import EntryKind, LeaveStatus
from .models import LeaveLedgerEntry, LeaveRequest
from .services.leave import post_for_request


@operation("people.leave_approved")
def leave_approved(context: OperationContext) -> None:
    """Book the leave and take its hours from the balance. Told twice, it books once.

    Raises NotAllowed when the balance no longer covers it, or the officer has withdrawn it meanwhile.
    """
    request = _locked(context)
    if request.status == LeaveStatus.APPROVED:
        return
    _check_waiting(request)
    cover.check_covered(request)
    if request.leave_type.uses_balance:
        _check_covered(request)
        post_for_request(request, EntryKind.BOOKING, sign=-1, word="booked", actor=context.actor)
    _decide(request, LeaveStatus.APPROVED, context)
    if request.first_on <= timezone.localdate() <= request.last_on:
        enqueue("workflow.refresh_candidates")


@operation("people.leave_refused")
def leave_refused(context: OperationContext) -> None:
    """Mark the leave refused. Told twice, it changes nothing."""
    request = _locked(context)
    if request.status == LeaveStatus.REFUSED:
        return
    _check_waiting(request)
    _decide(request, LeaveStatus.REFUSED, context)


@operation("people.leave_returned")
def leave_returned(context: OperationContext) -> None:
    """Give the leave back to the officer to change. Told twice, it changes nothing."""
    request = _locked(context)
    if request.status == LeaveStatus.RETURNED:
        return
    _check_waiting(request)
    _decide(request, LeaveStatus.RETURNED, context)


def _locked(context: OperationContext) -> LeaveRequest:
    """The request and its employment, held together: the balance stands still until the decision is written."""
    return (
        LeaveRequest.objects.select_for_update(of=("self", "employment"))
        .select_related("employment", "leave_type")
        .get(pk=context.subject_id)
    )


def _check_waiting(request: LeaveRequest) -> None:
    if request.status != LeaveStatus.ASKED:
        raise NotAllowed(f"This leave is {request.get_status_display().lower()}. Look at it again before you decide.")


def _check_covered(request: LeaveRequest) -> None:
    for year, hours in request.hours_by_year.items():
        balance = LeaveLedgerEntry.objects.of_year(request.employment, request.leave_type_id, year).balance()
        if Decimal(hours) > balance:
            raise NotAllowed(
                f"The officer has {balance} hours left and this leave takes {hours}. Send it back so that the officer "
                "can choose fewer days."
            )


def _decide(request: LeaveRequest, status: LeaveStatus, context: OperationContext) -> None:
    request.status = status
    request.decided_at = timezone.now()
    request.decided_by_id = context.actor.pk if context.actor else None
    request.version += 1
    request.save(update_fields=["status", "decided_at", "decided_by", "version"])
    record(context.actor, f"people.leave.{status}", request, hours=str(request.hours))
