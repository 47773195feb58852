"""The queue's way in to the consolidation."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging import registry
from shared_services.messaging.tasks import council_task
from shared_services.tenancy.errors import NotAllowed

from . import services
from .choices import RunTrigger


def give_up(*, error: Exception, final: bool, step_id: UUID) -> None:
    """After the last attempt, say on the progress page that this council's job failed."""
    if final:
        services.fail_step(step_id=step_id, fault=error)


@council_task(queue=registry.BULK, when_it_fails=give_up)
def begin_council_step(step_id: UUID) -> None:
    """Mark a council's step as running. Safe to run twice."""
    services.begin_step(step_id=step_id)


@council_task(queue=registry.BULK, when_it_fails=give_up)
def consolidate_council(step_id: UUID) -> None:
    """Add up this council's figures in its own room. Safe to run twice."""
    services.consolidate(step_id=step_id)


@council_task(queue=registry.BULK, from_schedule=True)
def consolidate_nightly() -> None:
    """Start the nightly consolidation in the shared service's room; leave one that is under way alone."""
    try:
        services.start_consolidation(actor=None, trigger=RunTrigger.NIGHTLY)
    except NotAllowed:
        services.restart_lost_steps()


@council_task(queue=registry.BULK, from_schedule=True)
def restart_lost_steps() -> None:
    """Ask again where a job never ended, from the shared service's room. Safe to run twice."""
    services.restart_lost_steps()
