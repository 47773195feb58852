"""Doing an operation in the owner's worker: what is allowed still, the work, and its end in both records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from shared_services.audit.services import record
from shared_services.messaging.causes import cause_to_keep
from shared_services.messaging.registry import UnderWay
from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council
from shared_services.tenancy.owner import owner_connection

from ..choices import Status
from ..models import Consent, Operation, OperationStep

Work = Callable[[Operation, StepBoard], None]
LOCK_TIMEOUT = "20s"
"""So long the worker waits for what is under way in a room before it gives up and tries again."""
CONSENT_COUNTS = timedelta(days=7)
"""So long a council's word is enough for another attempt: what it was told when it agreed has changed after that."""
ENDED = (Status.DONE, Status.FAILED, Status.REFUSED, Status.WITHDRAWN)


def do_operation(*, operation_id: UUID, work: dict[str, Work]) -> None:
    """Do what was asked, as the schema's owner. Running it again after its end changes nothing."""
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    operations = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER).select_related("council", "backup")
    with owner_connection() as beside:
        for number in sorted(operations.get(pk=operation_id).rooms):
            take_room(beside, number)
        # Looked at once nobody else is at work on the room: another worker may just have done it.
        operation = operations.get(pk=operation_id)
        if operation.status in ENDED or operation.kind not in work:
            return
        check_consent(operation)
        Operation.objects.filter(pk=operation.pk).update(status=Status.RUNNING, started_at=timezone.now())
        board = StepBoard(beside, OperationStep, operation_id=operation.pk)
        board.clear()
        work[operation.kind](operation, board)


def take_room(beside: psycopg.Connection, number: int) -> None:
    """One operation of a room at a time, and each once: kept until the connection ends, and so not past a worker's death.

    Raises UnderWay while another worker is at it; the job stays open and is sent again.
    """
    taken = beside.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"operating:{number}"]).fetchone()
    if taken is None or not taken[0]:
        raise UnderWay


def check_consent(operation: Operation) -> None:
    """Refuse what the council has not agreed to in its own portal, word for word and not long ago."""
    if not operation.needs_consent:
        return
    given = Consent.objects.filter(
        owner_id__in=operation.rooms, operation_key=operation.pk, agreed=True, digest=operation.digest
    )
    if {one.owner_id for one in given} != set(operation.rooms):
        raise NotAllowed("The council has not agreed to this.", code="consent")
    if min(one.decided_at for one in given) < timezone.now() - CONSENT_COUNTS:
        raise NotAllowed(
            f"The council agreed more than {CONSENT_COUNTS.days} days ago, and much may have changed since. Ask it again.",
            code="consent",
        )


def lock_room(operation: Operation) -> Council:
    """The council's entry in the register, held until the transaction ends: one change of a room at a time."""
    operation.council = Council.objects.select_for_update().get(pk=operation.council_id)
    return operation.council


def hold_writers(key: str) -> None:
    """Let whoever changes something in a room wait until the transaction ends: every service writes into its record."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {key}.audit_auditentry IN EXCLUSIVE MODE")
        cursor.execute("SET LOCAL lock_timeout = 0")


def wait_no_longer() -> None:
    """For the rest of the transaction wait for no lock longer than that: behind one that waits everybody else waits too."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


@transaction.atomic
def finish(operation: Operation, *, in_room: bool = True, **figures: Any) -> None:
    """It is done: say so in the record of the shared service, and in the council's own while it has a room."""
    Operation.objects.filter(pk=operation.pk).update(
        status=Status.DONE, ended_at=timezone.now(), figures=figures, cause=""
    )
    _record(operation, "done", in_room=in_room, **figures)


def leave_undone(operation: Operation, cause: str) -> None:
    """What was promised is wanted no more. Part of the caller's transaction; written into both records."""
    Operation.objects.filter(pk=operation.pk).update(status=Status.WITHDRAWN, ended_at=timezone.now(), cause=cause)
    _record(operation, "withdrawn", cause=cause)


def _record(operation: Operation, what: str, *, in_room: bool = True, **facts: Any) -> None:
    event = f"operating.{operation.kind}.{what}"
    rooms = [SHARED_SERVICE_NUMBER, *(operation.rooms if in_room else [])]
    for room in rooms:
        with inside_council(room):
            record(None, event, operation, asked_by=operation.asked_by_name, reason=operation.reason, **facts)


@transaction.atomic
def give_up(*, operation_id: UUID, error: Exception, final: bool) -> None:
    """After a failed attempt, in the shared service's room: after the last one say what went wrong."""
    operation = Operation.objects.select_related("council").get(pk=operation_id)
    if not final or operation.status in ENDED:
        return
    cause = cause_to_keep(error)
    Operation.objects.filter(pk=operation.pk).update(status=Status.FAILED, ended_at=timezone.now(), cause=cause)
    record(None, f"operating.{operation.kind}.failed", operation, cause=cause)
