"""The queue's way in to the operations of one council."""

from __future__ import annotations

from uuid import UUID

from shared_services.audit.services import record
from shared_services.messaging import registry
from shared_services.messaging.tasks import council_task

from .choices import Status
from .models import Operation
from .services import access, doing, following, telling
from .services.answering import has_answered
from .services.first import hold_answer
from .services.work import WORK


@council_task(queue=registry.OWNER, max_attempts=2, when_it_fails=doing.give_up, time_limit=7200, soft_time_limit=7000)
def do_operation(operation_id: UUID) -> None:
    """Do to one council's room what was asked and agreed. Safe to run twice."""
    doing.do_operation(operation_id=operation_id, work=WORK)


@council_task
def note_in_room(operation_id: UUID) -> None:
    """Write into the council's own record what the platform's team asks, and tell who may answer. Sent twice, it is done twice."""
    # Whoever answers or withdraws meanwhile settles the notices of this job too.
    hold_answer(operation_id)
    operation = Operation.objects.select_related("council").get(pk=operation_id)
    event = "withdrawn" if operation.status == "withdrawn" else "asked"
    record(
        None, f"operating.{operation.kind}.{event}", operation, asked_by=operation.asked_by_name,
        reason=operation.reason,
    )  # fmt: skip
    if operation.status == Status.ASKED and not has_answered(operation_id):
        telling.tell_who_may_answer(operation)
    else:
        telling.settle_notices(operation_id)


@council_task
def settle_notices(operation_id: UUID) -> None:
    """Tell nobody any longer that the council has to answer. Safe to run twice."""
    telling.settle_notices(operation_id)


@council_task
def end_access(grant_id: UUID) -> None:
    """End the access of the platform's team when its time is over. Safe to run twice."""
    access.end_access(actor=None, grant_id=grant_id)


@council_task(from_schedule=True)
def go_on() -> None:
    """Go on with what councils have answered or are due for. Safe to run twice."""
    following.go_on()


@council_task(queue=registry.BULK, from_schedule=True)
def back_up_nightly() -> None:
    """Promise a backup of every council, and a restore drill where one is due. Safe to run twice."""
    following.back_up_nightly()
