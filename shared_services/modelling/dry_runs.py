"""Trying a draft or a proposal on this room's own cases of last month. Nothing but the result is written."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.choices import CaseStatus
from shared_services.workflow.definitions import definition_of
from shared_services.workflow.engine import Definition
from shared_services.workflow.models import Case, Decision

from .checks import definition_or_none
from .choices import DryRunStatus, ProposalStatus
from .models import DryRun, JointProposal, ProcessDraft
from .replays import compare

MAY_VIEW = "modelling.view_processes"
DAYS = 31
MOST_CASES = 2000
AT_ONCE = 25
"""So few are tried while the officer waits."""
A_JOB = 200
MOST_LISTED = 500
CHANGED = "The draft was changed while it was being tried. Start the dry run again."


@transaction.atomic
def start_dry_run(*, actor: OfficerCard, draft_id: UUID | None = None, proposal_id: UUID | None = None) -> DryRun:
    """Try a draft of this room, or a proposal it votes on, on its cases closed in the last 31 days.

    A few cases are tried at once, many by a job. While one is running, that one is given back.
    """
    check_may(actor, MAY_VIEW)
    tried = _draft(draft_id) if draft_id is not None else _proposal(proposal_id)
    if definition_or_none(tried.bpmn, tried.dmn) is None:
        raise NotAllowed("The process has errors, so it cannot be tried. Put them right first.", code="not_ready")
    which: dict[str, Any] = {"draft": tried} if draft_id is not None else {"proposal": tried}
    here = current_council().number
    running = DryRun.objects.filter(
        owner_id=here, status=DryRunStatus.RUNNING, draft_version=tried.version, **which
    ).first()
    if running is not None:
        return running
    now = timezone.now()
    run = DryRun(
        owner_id=here,
        draft_version=tried.version,
        since=now - timedelta(days=DAYS),
        until=now,
        total=0,
        asked_by_name=actor.work_name,
        started_at=now,
        **which,
    )
    run.total = min(_cases(run, tried.key).count(), MOST_CASES)
    run.save(force_insert=True)
    record(actor, "modelling.dry_run.started", run, process=tried.key, cases=run.total)
    if run.total <= AT_ONCE:
        _try_some(run, tried)
    else:
        enqueue("modelling.continue_dry_run", run_id=run.pk)
    return run


@transaction.atomic
def continue_dry_run(*, run_id: UUID) -> None:
    """Try the next cases of a dry run, and promise the rest. Running it twice tries no case twice."""
    run = DryRun.objects.select_for_update(of=("self",)).filter(owner_id=current_council().number, pk=run_id).first()
    if run is None or run.status != DryRunStatus.RUNNING:
        return
    tried: ProcessDraft | JointProposal | None = run.draft or run.proposal
    if tried is None or (run.draft is not None and tried.version != run.draft_version):
        _fail(run, CHANGED)
        return
    _try_some(run, tried)
    if run.status == DryRunStatus.RUNNING:
        enqueue("modelling.continue_dry_run", run_id=run.pk)


def _draft(draft_id: UUID) -> ProcessDraft:
    found = ProcessDraft.objects.filter(owner_id=current_council().number, pk=draft_id).first()
    if found is None:
        raise NotAllowed("This draft is not here. Go back to the list of processes.", code="not_found")
    return found


def _proposal(proposal_id: UUID | None) -> JointProposal:
    found = JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER, pk=proposal_id).first()
    if found is None or found.status != ProposalStatus.OPEN:
        raise NotAllowed("This proposal is not open for votes.", code="not_found")
    return found


def _cases(run: DryRun, key: str) -> Any:
    return Case.objects.of_this_room().filter(
        process=key, status=CaseStatus.COMPLETED, closed_at__gt=run.since, closed_at__lte=run.until
    )


def _try_some(run: DryRun, tried: ProcessDraft | JointProposal) -> None:
    new = definition_or_none(tried.bpmn, tried.dmn)
    if new is None:
        _fail(run, CHANGED)
        return
    last = min(run.done + A_JOB, run.total)
    cases = list(_cases(run, tried.key).order_by("closed_at", "pk")[run.done : last])
    decided: dict[UUID, list[Decision]] = defaultdict(list)
    keys = [case.pk for case in cases]
    for decision in Decision.objects.filter(owner_id=run.owner_id, case_id__in=keys).order_by("at"):
        # What is not about a step of the drawing, such as a move to another version, is not answered again.
        if decision.step:
            decided[decision.case_id].append(decision)
    for case in cases:
        _try_one(run, case, decided[case.pk], new)
    run.done = last if cases else run.total
    if run.done >= run.total:
        run.status, run.finished_at = DryRunStatus.DONE, timezone.now()
    run.save()


def _try_one(run: DryRun, case: Case, decisions: list[Decision], new: Definition) -> None:
    found = compare(case, decisions, definition_of(case.process_version_id), new)
    if found.unclear:
        run.unclear += 1
    elif found.different:
        run.different += 1
    else:
        run.same += 1
        return
    if len(run.found) < MOST_LISTED:
        run.found.append(
            {
                "case": str(case.pk),
                "reference": case.reference,
                "amount": str(case.amount) if case.amount is not None else "",
                "unclear": bool(found.unclear),
                "text": [found.unclear] if found.unclear else list(found.different),
            }
        )


def _fail(run: DryRun, problem: str) -> None:
    run.status, run.problem, run.finished_at = DryRunStatus.FAILED, problem, timezone.now()
    run.save(update_fields=["status", "problem", "finished_at"])
