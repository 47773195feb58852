"""The queue's way in to the design of processes."""

from __future__ import annotations

from uuid import UUID

from shared_services.messaging.registry import BULK
from shared_services.messaging.tasks import council_task

from . import dry_runs, voting


@council_task(queue=BULK)
def continue_dry_run(run_id: UUID) -> None:
    """Try the next cases of a dry run. Safe to run twice."""
    dry_runs.continue_dry_run(run_id=run_id)


@council_task(from_schedule=True)
def count_votes() -> None:
    """Adopt, refuse or let lapse what the councils vote on. Safe to run twice.

    Asked for by the schedule: a council's room cannot ask for work in the shared service's.
    """
    voting.count_votes()
