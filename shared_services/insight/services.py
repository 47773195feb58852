"""Bringing the councils' figures together, each added up in its own room."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.messaging.live_steps import StepStatus
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import rules
from .choices import RunTrigger
from .models import CategoryFigure, ConsolidationRun, CouncilStep
from .months import first_month
from .sharing import replace_supplier_figures
from .sources import FigureRow, all_sources

log = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 3
"""How often the portal itself asks a council again whose job vanished; an officer may ask as often as he likes."""


@transaction.atomic
def start_consolidation(*, actor: OfficerCard | None, trigger: str = RunTrigger.ON_DEMAND) -> ConsolidationRun:
    """Ask every council's room for its figures: one step and one job each, so that one failure stops no other.

    Raises NotAllowed while an earlier run still has councils to hear from.
    """
    councils = all_councils()
    numbers = [council.number for council in councils]
    rules.check_may_start(actor, CouncilStep.objects.of_councils(numbers).unfinished().count())
    run = ConsolidationRun.objects.create(owner_id=SHARED_SERVICE_NUMBER, trigger=trigger, started_by=actor)
    now = timezone.now()
    steps = [
        CouncilStep(
            owner_id=council.number,
            parts=[SHARED_SERVICE_NUMBER],
            run=run,
            council_name=council.short_name,
            queued_at=now,
        )
        for council in councils
    ]
    CouncilStep.objects.bulk_create(steps)
    for step in steps:
        _ask(step)
    record(actor, "insight.consolidation.started", run, councils=len(steps), trigger=trigger)
    return run


@transaction.atomic
def retry_step(*, actor: OfficerCard, council: int, step_id: UUID) -> CouncilStep:
    """Ask a council again that failed. Its earlier figures stay until new ones replace them."""
    step = _locked(council, step_id)
    if step is None:
        raise NotAllowed("This council has no part in that consolidation. Go back to the list of consolidations.")
    rules.check_may_retry(actor, step)
    _queue_again(step)
    record(actor, "insight.step.retried", step, council=council)
    return step


@transaction.atomic
def restart_lost_steps() -> int:
    """Ask again where a worker died: steps that have not ended in ten minutes. Can run twice.

    After three attempts the step is marked as failed, so that an officer looks at it.
    """
    numbers = [council.number for council in all_councils()]
    lost = (
        CouncilStep.objects.select_for_update(of=("self",), skip_locked=True)
        .of_councils(numbers)
        .lost(before=timezone.now() - LOST_AFTER)
    )
    asked = 0
    for step in lost:
        if step.attempts >= MOST_ATTEMPTS:
            _fail(step, f"The job stopped {step.attempts} times before it ended.")
        else:
            _queue_again(step)
            asked += 1
    return asked


@transaction.atomic
def begin_step(*, step_id: UUID) -> None:
    """Show that a council's job has begun, then let it do its work in a transaction of its own. Can run twice."""
    step = _locked(current_council().number, step_id)
    if step is None or step.status == StepStatus.DONE:
        return
    step.status = StepStatus.RUNNING
    step.started_at = timezone.now()
    step.ended_at = None
    step.cause = ""
    step.attempts += 1
    step.save(update_fields=["status", "started_at", "ended_at", "cause", "attempts"])
    enqueue("insight.consolidate_council", once=f"insight.consolidate:{step.pk}", step_id=step.pk)


@transaction.atomic
def fail_step(*, step_id: UUID, fault: Exception) -> None:
    """Write on a council's step that its job was given up. Runs in the council's room."""
    step = _locked(current_council().number, step_id)
    if step is not None and step.status != StepStatus.DONE:
        _fail(step, _cause(fault))


@transaction.atomic
def consolidate(*, step_id: UUID) -> None:
    """Add up this council's figures and replace the earlier ones, all or none. Can run twice.

    A failure is written on the step, with the earlier figures untouched; the other councils' jobs go on.
    """
    step = _locked(current_council().number, step_id)
    if step is None or step.status == StepStatus.DONE:
        return
    try:
        with transaction.atomic():
            lines = sum(
                replace_figures(kind=kind, rows=list(source(first_month())), since=first_month())
                for kind, source in all_sources().items()
            )
            replace_supplier_figures(first_month())
    except NotAllowed as refusal:
        _fail(step, refusal.message)
    except Exception as fault:
        log.exception("Council figures could not be added up")
        _fail(step, _cause(fault))
    else:
        step.status = StepStatus.DONE
        step.ended_at = timezone.now()
        step.lines = lines
        step.save(update_fields=["status", "ended_at", "lines"])
        record(None, "insight.figures.consolidated", step, lines=lines)


def replace_figures(*, kind: str, rows: Iterable[FigureRow], since: date) -> int:
    """Put new figures of one kind in the place of this council's earlier ones. Returns the lines behind them."""
    number = current_council().number
    now = timezone.now()
    rows = list(rows)
    CategoryFigure.objects.filter(owner_id=number, kind=kind, month_on__gte=since).delete()
    CategoryFigure.objects.bulk_create(
        CategoryFigure(
            owner_id=number,
            parts=[SHARED_SERVICE_NUMBER],
            kind=kind,
            month_on=row.month_on,
            division=row.division,
            lines=row.lines,
            net_amount=row.net_amount,
            as_at=now,
        )
        for row in rows
    )
    return sum(row.lines for row in rows)


def _locked(council: int, step_id: UUID) -> CouncilStep | None:
    return CouncilStep.objects.select_for_update(of=("self",)).filter(owner_id=council, pk=step_id).first()


def _queue_again(step: CouncilStep) -> None:
    step.status = StepStatus.WAITING
    step.queued_at = timezone.now()
    step.started_at = None
    step.ended_at = None
    step.cause = ""
    step.save(update_fields=["status", "queued_at", "started_at", "ended_at", "cause"])
    _ask(step)


def _fail(step: CouncilStep, cause: str) -> None:
    step.status = StepStatus.FAILED
    step.ended_at = timezone.now()
    step.cause = cause[:500]
    step.save(update_fields=["status", "ended_at", "cause"])


def _cause(fault: Exception) -> str:
    # The shared service reads it, so it names the fault and never the private record behind it.
    return f"The council’s figures could not be added up ({type(fault).__name__}). The log has the details."


def _ask(step: CouncilStep) -> None:
    # The outbox sends an open promise again by itself, so asking while one is open adds nothing.
    enqueue("insight.begin_council_step", council=step.owner_id, once=f"insight.begin:{step.pk}", step_id=step.pk)
