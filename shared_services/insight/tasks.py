"""The queue's way in to the consolidation."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging.tasks import council_task
from shared_services.tenancy.errors import NotAllowed

from . import services
from .choices import RunTrigger


@council_task
def begin_council_step(step_id: str) -> None:
    """Mark a council's step as running. Safe to run twice."""
    services.begin_step(step_id=UUID(step_id))


@council_task
def consolidate_council(step_id: str) -> None:
    """Add up this council's figures in its own room. Safe to run twice."""
    services.consolidate(step_id=UUID(step_id))


@council_task
def consolidate_nightly() -> None:
    """Start the nightly consolidation, unless one is under way. Runs in the shared service's room."""
    try:
        services.start_consolidation(actor=None, trigger=RunTrigger.NIGHTLY)
    except NotAllowed:
        services.restart_lost_steps()


@council_task
def restart_lost_steps() -> None:
    """Ask again where a worker died. Runs in the shared service's room every few minutes."""
    services.restart_lost_steps()
