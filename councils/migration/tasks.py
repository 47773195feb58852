"""The queue's way in to a batch's work."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging import registry
from shared_services.messaging.causes import cause_to_keep
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.tasks import council_task

from . import services


def give_up(*, error: Exception, final: bool, batch_id: UUID) -> None:
    """After the last attempt, say on the batch's page that its work stopped, and keep why."""
    if final:
        services.stop(batch_id, cause_to_keep(error))


@council_task(queue=registry.BULK)
def forget_rows(batch_id: UUID) -> None:
    """Delete the files and the staged rows of a batch that is loaded. Safe to run twice."""
    services.forget_rows_of(batch_id)


@council_task(queue=registry.BULK, max_attempts=4, when_it_fails=give_up)
def advance_batch(batch_id: UUID) -> None:
    """Do one step of a batch and promise the next in the same transaction. Safe to run twice."""
    if services.advance(batch_id):
        enqueue("migration.advance_batch", batch_id=batch_id)
