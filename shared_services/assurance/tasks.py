"""The queue's way in to the chain, its heads and its verifier."""

from __future__ import annotations

from uuid import UUID

from shared_services.audit.sealing import LINES_A_JOB, seal
from shared_services.messaging import registry
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.tasks import council_task
from shared_services.tenancy.errors import NotAllowed

from . import heads, services


def give_up(*, error: Exception, final: bool, verification_id: UUID) -> None:
    """After the last attempt, say on the page that this check could not be finished."""
    if final:
        services.fail_verification(verification_id=verification_id)


@council_task(queue=registry.BULK)
def seal_lines() -> None:
    """Bind the lines written since the last time into the chain; go on in another job if there are many."""
    if seal(at_most=LINES_A_JOB) == LINES_A_JOB:
        enqueue("assurance.seal_lines")


@council_task(queue=registry.BULK)
def hand_out_head() -> None:
    """Hand yesterday's head to the partner councils. Safe to run twice."""
    heads.hand_out_head()


@council_task(queue=registry.BULK)
def witness_heads() -> None:
    """Copy the partner councils' heads into this room. Safe to run twice."""
    heads.witness_heads()


@council_task(queue=registry.BULK, max_attempts=3, when_it_fails=give_up)
def verify_part(verification_id: UUID) -> None:
    """Check the next part of the record. Safe to run twice."""
    services.verify_part(verification_id=verification_id)


@council_task(queue=registry.BULK)
def verify_nightly() -> None:
    """Check the whole record once a night; one that is under way is left alone."""
    try:
        services.start_verification(actor=None)
    except NotAllowed:
        return
