"""A case moves on: engine steps, then the tasks that follow from where it stands.

Everything here runs in the transaction of the officer or job that moved the case, with the case locked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.webhooks.choices import EventType

from . import authority, basis, delays, faults, joint, passing_up, standing, timer_rows
from .calendars import add_working_days as add_working_days
from .calendars import working_days_between
from .choices import CaseStatus, TaskStatus
from .diagrams import Step
from .engine import EngineFault, Run, Waiting
from .engine_values import CaseValues
from .expressions import ExpressionError
from .happenings import happened
from .models import Case, Task, TaskCandidate
from .operations import OperationContext, OperationFailed, find_operation
from .task_closing import drop_questions
from .writing import Writing

log = logging.getLogger("guildhall.cases")
MAX_DUE_DAYS = 366
MOVED = [
    "state",
    "status",
    "outcome",
    "step",
    "closed_at",
    "version",
    "approved_by",
    "authority",
    "fault",
    "facts",
    "amount",
    "category",
]
"""What changes on a case when it moves on."""


def advance(case: Case, run: Run, actor: OfficerCard | None, *, at_home: bool, retry: bool = False) -> None:
    """Run the engine as far as it goes. A fault in the drawing is told in plain words; nothing is half done.

    A service step that fails stops the case there, unless a rule says no to the officer who acts: he is told.
    """

    def perform(step: Step, values: dict[str, Any]) -> dict[str, Any] | None:
        return _operate(case, step, values, actor, run)

    try:
        run.advance(perform, at_home=at_home, retry=retry, timers_run=not case.is_suspended)
    except (EngineFault, ExpressionError) as fault:
        raise NotAllowed(
            f"{case.reference} cannot move on: {fault} Tell your council’s administrator.", code="process"
        ) from fault
    for stopped in run.faults():
        if isinstance(stopped.error, NotAllowed) and actor is not None:
            raise stopped.error


def _operate(
    case: Case, step: Step, values: dict[str, Any], actor: OfficerCard | None, run: Run
) -> dict[str, Any] | None:
    found = find_operation(step.operation)
    if found is None:
        missing = f"“{step.label}” asks for “{step.operation}”, which this portal does not have."
        raise OperationFailed(missing, code="process")
    if found.permission and actor is not None:
        check_may(actor, found.permission)
    if case._state.adding and not step.operation.startswith("workflow."):
        case.save(force_insert=True)
    declared = values.kinds if isinstance(values, CaseValues) else run.definition.diagram.variables
    context = OperationContext(case, actor, case.subject_id, dict(values))
    try:
        with transaction.atomic():
            changes = found.run(context) or {}
            unknown = set(changes) - set(declared)
            if unknown:
                raise ValueError(
                    f"{step.operation} returned {', '.join(sorted(unknown))}, which {case.process} does not declare."
                )
            return changes
    except OperationFailed:
        raise
    except NotAllowed as refusal:
        raise OperationFailed(refusal.message, code=refusal.code, cause=refusal) from refusal
    except Exception as error:
        log.exception("%s failed in case %s", step.operation, case.pk)
        raise OperationFailed(code=type(error).__name__, cause=error) from error


def settle(case: Case, run: Run) -> None:
    """Write on the case where it stands."""
    waiting = run.waiting()
    case.state = run.state()
    case.version += 1
    case.fault = faults.tell(case, run)
    if run.finished:
        case.status = CaseStatus.COMPLETED
        case.outcome = run.outcome or "completed"
        case.closed_at = timezone.now()
        case.step = ""
    else:
        people = [found for found in waiting if found.step.kind == "user"]
        case.status = CaseStatus.PARKED if case.fault else CaseStatus.OPEN if people else CaseStatus.WAITING
        stands = [*(fault.step.label for fault in run.faults()), *(found.step.label for found in waiting)]
        case.step = "; ".join(dict.fromkeys(stands))[:200]


def move_on(
    case: Case,
    run: Run,
    actor: OfficerCard | None,
    before: set[UUID],
    *,
    retry: bool = False,
    writing: Writing | None = None,
) -> None:
    """Let the engine run on and bring tasks and timers in line. The case's own room only.

    `before` are the tasks at which the case stood, without the one that was just dealt with. Whoever moves many
    cases on gives the `writing` that all share, and writes it in the end.
    """
    gathered = writing or Writing()
    advance(case, run, actor, at_home=True, retry=retry)
    settle(case, run)
    now = user_steps(run)
    gathered.close(case, before - set(now))
    gathered.save(case, MOVED)
    drop_questions(case)
    gather_tasks(case, run, [found for key, found in now.items() if key not in before], gathered)
    if case.status == CaseStatus.COMPLETED:
        gathered.tell(EventType.CASE_FINISHED, case)
    timer_rows.gather_timers(case, run, run.timers_before, gathered)
    if writing is None:
        gathered.write()


def tell_end(case: Case) -> None:
    """A case that has come to its end is told of; one that goes on is told of by its tasks."""
    if case.status == CaseStatus.COMPLETED:
        happened(EventType.CASE_FINISHED, case)


def user_steps(run: Run) -> dict[UUID, Waiting]:
    return {found.engine_id: found for found in run.waiting() if found.step.kind == "user"}


def open_tasks(case: Case, run: Run, wanted: Iterable[Waiting]) -> list[Task]:
    """Give each step its task. A council's task in a joint case is placed by a job in that council's room."""
    writing = Writing()
    opened = gather_tasks(case, run, wanted, writing)
    writing.write()
    return opened


def gather_tasks(case: Case, run: Run, wanted: Iterable[Waiting], writing: Writing) -> list[Task]:
    """The tasks of steps, and who may act on those of this room, for `writing` to write."""
    here = current_council().number
    opened = [_task(case, run, found) for found in wanted]
    if not opened:
        return opened
    risk = delays.at_risk(case)
    for task in opened:
        task.at_risk_on = risk.on or task.due_on
        # A council's delay in a joint case puts its own share at risk: the sum of all is beside what it decides.
        task.at_risk_amount = risk.amount if task.owner_id == case.owner_id else task.amount
    at_hand = [task for task in opened if task.owner_id == here]
    candidates = [
        candidate
        for task in at_hand
        for candidate in find_candidates(task, case, found_by=writing.holders, stand_ins=writing.stand_ins)
    ]
    for task in opened:
        task.progress = basis.progress_of(task, case)
        task.placed = task.owner_id == here
    writing.open(opened, candidates)
    return opened


def _task(case: Case, run: Run, found: Waiting) -> Task:
    step, values = found.step, found.values
    owner = council_of(case, run, found)
    if owner != case.owner_id and owner not in case.parts:
        raise NotAllowed(f"“{step.label}” is for a council that has no part in {case.reference}.", code="process")
    role = str(run.evaluate(step.role_from, values)) if step.role_from else step.role or step.lane_role
    return Task(
        owner_id=owner,
        parts=[case.owner_id] if owner != case.owner_id else [],
        case=case,
        engine_id=found.engine_id,
        process=case.process,
        step=step.id,
        title=step.label,
        role=role,
        authority=step.authority,
        called_version_id=found.version,
        outcomes=list(step.outcomes),
        handled_at_subject=step.handled_at_subject,
        reference=case.reference,
        case_title=case.title,
        amount=case.amount if owner == case.owner_id else joint.share_of(case, owner),
        category=case.category,
        requester_name=case.requester_name,
        ready_at=timezone.now(),
        due_on=_due_on(run, step, values),
    )


def council_of(case: Case, run: Run, found: Waiting) -> int:
    """Whose officers act on a step."""
    return int(run.evaluate(found.step.council_from, found.values)) if found.step.council_from else case.owner_id


def _due_on(run: Run, step: Step, values: dict[str, Any]) -> date | None:
    if not step.due:
        return None
    days = run.evaluate(step.due, values)
    if isinstance(days, bool) or not isinstance(days, (int, Decimal)) or not 0 <= days <= MAX_DUE_DAYS:
        raise EngineFault(f"“{step.label}” has no sensible number of days to act in.")
    return add_working_days(timezone.localdate(), int(days))


def wake(task: Task, *, held_from: date) -> None:
    """A task goes on after time on hold: due later by this room's working days, and in nobody's hand."""
    stood = working_days_between(held_from, timezone.localdate())
    if task.due_on is not None and stood:
        task.due_on = add_working_days(task.due_on, stood)
    clock = task.clock_from_on or timezone.localtime(task.ready_at).date()
    task.clock_from_on = add_working_days(clock, stood) if stood else clock
    task.claimed_by, task.claimed_by_name, task.claimed_at, task.claim_ends_on = None, "", None, None
    task.status = TaskStatus.READY
    task.version += 1


def find_candidates(
    task: Task,
    case: Case,
    *,
    found_by: Callable[[Task], set[UUID]] | None = None,
    stand_ins: standing.StandIns | None = None,
) -> list[TaskCandidate]:
    """Who may act on a task today; sets the task's state. Nobody: the task is parked with the reason.

    `found_by` tells a task's holders, and `stand_ins` who stands in, where the caller asks for many tasks' at a time.
    """
    task.role = authority.role_for(task, case)
    found = found_by(task) if found_by is not None else authority.holders_for(task, case)
    if case.suspended_at is not None:
        task.status = TaskStatus.SUSPENDED
        return []
    asked = found | passing_up.still_above(task, case)
    allowed = authority.may_decide(asked, task.role, case)
    stand_ins = stand_ins or standing.StandIns(timezone.localdate())
    standing_in = stand_ins.for_question(standing.question_of(task, case), asked, authority.barred_from(case))
    task.status = TaskStatus.READY if allowed or standing_in else TaskStatus.PARKED
    task.parked_reason = "" if allowed or standing_in else _why_parked(task, case, found)
    candidates = [
        TaskCandidate(
            owner_id=task.owner_id,
            parts=task.parts,
            task=task,
            card_id=card,
            due_on=task.due_on,
            amount=task.amount,
            at_risk_on=task.at_risk_on,
            at_risk_amount=task.at_risk_amount or 0,
            claimed_elsewhere=task.is_claimed and task.claimed_by_id != card,
        )  # fmt: skip
        for card in sorted(allowed | standing_in.keys())
    ]
    for candidate in candidates:
        if candidate.card_id in standing_in:
            one = standing_in[candidate.card_id]
            candidate.for_card_id, candidate.for_name = one.for_card, one.for_name
    return candidates


def _why_parked(task: Task, case: Case, found: set[UUID]) -> str:
    if not task.role:
        return "The authority matrix has no line for this. Add one, and the task finds its approver."
    label = authority.role_in_text(task.role)
    if not found and task.role == authority.REQUESTER:
        return f"{case.requester_name}, who raised it, has left or only reads now. Send it back to an earlier step."
    if not found:
        return (
            f"No active officer is {label} for this case. Give an officer the role, and the task appears in that inbox."
        )
    if len(found) == 1 and found <= authority.askers(case):
        return f"The only {label} for this case raised it. Give a second officer the role."
    return f"Every {label} for this case raised it or has already approved it. Give another officer the role."


def close_other_tasks(case: Case, gone: Iterable[UUID]) -> None:
    """Tasks that the case left behind, such as the other councils' when one refuses."""
    writing = Writing()
    writing.close(case, gone)
    writing.write()
