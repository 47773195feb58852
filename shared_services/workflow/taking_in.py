"""A joint case between rooms: a council answers in its own room, the owner's room takes the answer in.

A council never moves a joint case. It completes its own task, adds its own decision, which nobody can change or
write in its name, and says that there is something to take in; the engine moves in the owner's room alone.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from . import joint, moving, timer_rows
from .definitions import definition_of
from .engine import Run, Waiting
from .models import Case, Decision, Task
from .querysets import OPEN_CASES
from .standing import StandIn
from .task_closing import drop_questions


def answer_away(*, actor: OfficerCard, case: Case, task: Task, outcome: str, whom: StandIn | None = None) -> None:
    """Let this council's room keep what it decided, and tell the case's own room that there is an answer."""
    for_name = whom.for_name if whom else ""
    joint.tell_home(joint.HomeDecision(case=case, task=task, actor=actor, outcome=outcome, for_name=for_name))
    ask_home(case_id=case.pk)
    case.home_due = True


def ask_home(*, case_id: UUID) -> None:
    """Tell a joint case's own room that this council has answered, or has done its part. Can run twice."""
    Case.objects.filter(pk=case_id, home_due=False).update(home_due=True)


def check_still_asked(case: Case, task: Task) -> None:
    """Refuse an answer to a step that the case has left, as far as its own room has taken that in."""
    run = Run.restore(definition_of(case.process_version_id), case.state)
    if case.status not in OPEN_CASES or task.engine_id not in moving.user_steps(run):
        raise NotAllowed(
            f"{case.reference} has moved on in the meantime. Nothing was changed by you.", code="already_done"
        )


@transaction.atomic
def catch_up(*, case_id: UUID) -> None:
    """Take in what councils answered to a joint case, and what they reported. Runs in the owner's room, can run twice."""
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None or not case.home_due or case.owner_id != current_council().number:
        return
    if case.is_suspended:
        # An answer that was given just before the hold is taken in when the case goes on.
        return
    case.home_due = False
    if case.status in OPEN_CASES:
        run = Run.restore(definition_of(case.process_version_id), case.state)
        moving.advance(case, run, None, at_home=True)
        _take_in_answers(case, run)
        moving.settle(case, run)
        wanted = moving.user_steps(run)
        known = set(
            Task.objects.filter(owner_id__in=[case.owner_id, *case.parts], case=case)
            .decisions()
            .values_list("engine_id", flat=True)
        )
        moving.close_other_tasks(case, known - set(wanted))
        moving.open_tasks(case, run, [found for key, found in wanted.items() if key not in known])
        moving.tell_end(case)
        timer_rows.keep_timers(case, run, afresh=True)
    case.save()
    drop_questions(case)
    joint.take_in(case)


def _take_in_answers(case: Case, run: Run) -> None:
    """Move the engine by each council's own decision, the earliest first. Nothing else moves a council's step."""
    for decision in _answers(case):
        if decision.task is None or decision.card_id is None:
            continue
        found = moving.user_steps(run).get(decision.task.engine_id)
        if found is None or not _answers_for(case, run, found, decision):
            continue
        run.complete(found.engine_id, {"outcome": decision.outcome})
        approvers = [key for key in (decision.card_id, decision.for_card_id) if key]
        case.approved_by = [*case.approved_by, *approvers] if decision.outcome == "approve" else []
        moving.advance(case, run, None, at_home=True)
        record(None, "workflow.answer.taken_in", case, council=decision.owner_id, outcome=decision.outcome)


def _answers(case: Case) -> QuerySet[Decision]:
    """Decisions of the councils concerned, each by an officer of the deciding council on a task of its own."""
    return (
        Decision.objects.filter(owner_id__in=case.parts, case=case)
        .filter(card__owner_id=F("owner_id"), task__owner_id=F("owner_id"), task__case=case)
        .select_related("task")
        .order_by("at", "pk")
    )


def _answers_for(case: Case, run: Run, found: Waiting, decision: Decision) -> bool:
    """Whether a decision is the answer of the very council that a step asks."""
    return moving.council_of(case, run, found) == decision.owner_id and decision.outcome in found.step.outcomes
