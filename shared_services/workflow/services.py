"""What can happen to a case: it is opened, decided, resumed, handed over, withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.annexes.choices import NoteKind
from shared_services.annexes.services import write_note
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.tenancy.statements import RowWriter
from shared_services.webhooks.choices import EventType

from . import authority, basis, moving, rules, standing, timer_rows
from .choices import CaseStatus, TaskStatus
from .decisions import as_plain
from .definitions import definition_of, newest_version
from .engine import EngineFault, Run, StepGone
from .expressions import ExpressionError
from .happenings import happened
from .locking import locked_case as _locked_case
from .locking import locked_task as _locked
from .models import Case, Decision, Task, TaskCandidate
from .querysets import OPEN_CASES
from .step_forms.keeping import check_asks_nothing
from .taking_in import answer_away, ask_home, catch_up, check_still_asked
from .task_closing import drop_questions
from .writing import TASKS

__all__ = [
    "ask_home",
    "catch_up",
    "complete_task",
    "hand_over_case",
    "open_case",
    "ready_task_of",
    "resume_case",
    "withdraw_case",
]

DECISIONS = RowWriter("workflow.Decision")


@transaction.atomic
def open_case(
    *,
    actor: OfficerCard,
    process: str,
    subject_id: UUID,
    reference: str,
    title: str,
    amount: Decimal | None = None,
    category: str = "",
    facts: dict[str, Any] | None = None,
    parts: Collection[int] = (),
) -> Case:
    """Start a process for a record and put its first tasks in inboxes. The caller writes the audit line.

    `facts` are the routing variables that the process declares and nothing else: no free text, no names.
    Raises NotAllowed when the process cannot start, for instance when nobody is named to approve.
    """
    version = newest_version(process)
    definition = definition_of(version.pk)
    values = _declared(process, definition.diagram.variables, {"amount": amount, "category": category, **(facts or {})})
    case = Case(
        owner_id=current_council().number,
        parts=list(parts),
        process=process,
        process_version=version,
        subject_id=subject_id,
        reference=reference,
        title=title[:200],
        amount=amount,
        category=category,
        requester=actor,
        requester_name=actor.work_name,
        opened_at=timezone.now(),
        facts=values,
        version=0,
    )
    run = Run.start(definition, values)
    moving.advance(case, run, actor, at_home=True)
    moving.settle(case, run)
    case.save()
    happened(EventType.CASE_STARTED, case)
    moving.open_tasks(case, run, moving.user_steps(run).values())
    moving.tell_end(case)
    timer_rows.keep_timers(case, run)
    return case


@transaction.atomic
def complete_task(
    *,
    actor: OfficerCard,
    task_id: UUID,
    outcome: str,
    note: str = "",
    values: dict[str, Any] | None = None,
    version: int | None = None,
    from_inbox: bool = False,
    answered: bool = False,
) -> Case:
    """Decide a task and let its case move on, in one transaction; a joint case is moved on by its own room.

    Locks the case. Refuses whoever raised it, whoever approved it before, and anyone who does not hold the
    role today; a second officer is told who did what and when. The same answer by the same officer twice
    changes nothing. Rejecting and sending back need a reason. `from_inbox` is the task page or the API: what is
    answered on the record itself, such as sending a changed requisition again, is refused there.
    """
    task = _locked(task_id)
    case = task.case
    if task.status == TaskStatus.DONE and task.done_by_id == actor.pk and task.outcome == outcome:
        return case
    whom = rules.check_may_act(actor, task, case)
    rules.check_version(task, version)
    rules.check_outcome(task, outcome, note)
    rules.check_is_decision(task)
    rules.check_not_claimed_by_another(actor, task)
    if from_inbox:
        rules.check_may_answer_from_inbox(task)
        if not answered:
            check_asks_nothing(task)

    if case.owner_id == current_council().number:
        _decide_at_home(actor, case, task, outcome, note.strip(), values or {}, whom)
    else:
        if values:
            raise ValueError(f"{case.process} belongs to another room: a council answers it by an outcome alone.")
        check_still_asked(case, task)
        _close(task, actor, outcome)
        _write_decision(actor, case, task, outcome, note.strip(), whom)
        answer_away(actor=actor, case=case, task=task, outcome=outcome, whom=whom)
    happened(EventType.TASK_COMPLETED, case, task)
    record(
        actor,
        "workflow.task.completed",
        task,
        outcome=outcome,
        case=str(case.pk),
        step=task.step,
        role=task.role,
        requester=case.requester_name,
        **standing.in_record(whom),
    )
    return case


def _decide_at_home(
    actor: OfficerCard,
    case: Case,
    task: Task,
    outcome: str,
    note: str,
    values: dict[str, Any],
    whom: standing.StandIn | None,
) -> None:
    definition = definition_of(case.process_version_id)
    run = Run.restore(definition, case.state)
    before = set(moving.user_steps(run))
    if task.engine_id not in before:
        # A task on anything but a step that asks somebody is none of this room's making.
        raise NotAllowed(
            f"{case.reference} has moved on in the meantime. Nothing was changed by you.", code="already_done"
        )
    changes = _declared(case.process, run.variables_at(task.engine_id), values)
    _take_over(case, {name: value for name, value in changes.items() if name in definition.diagram.variables})
    _complete(case, run, task.engine_id, {**changes, "outcome": outcome})
    _close(task, actor, outcome)
    _write_decision(actor, case, task, outcome, note, whom)
    # What a deputy approves, the colleague has approved too.
    approvers = [actor.pk, whom.for_card] if whom else [actor.pk]
    case.approved_by = [*case.approved_by, *approvers] if outcome == "approve" else []
    moving.move_on(case, run, actor, before - {task.engine_id})


@transaction.atomic
def resume_case(*, case_id: UUID, wait: str, values: dict[str, Any] | None = None, council: int | None = None) -> Case:
    """Tell a case that what it waits for has happened. Called by a job; saying it twice changes nothing.

    Runs in the case's own room only. `wait` is the step's id in the drawing, or the name of its message. Where the
    step waits for each council in turn, `council` (this room's own when left out) says whose word it is.
    """
    case = _locked_case(case_id)
    if case.owner_id != current_council().number:
        raise NotAllowed(f"{case.reference} belongs to another room, which moves it on itself.")
    if case.status not in OPEN_CASES:
        return case
    run = Run.restore(definition_of(case.process_version_id), case.state)
    number = current_council().number if council is None else council
    found = [
        w
        for w in run.waiting()
        if wait in (w.step.id, w.step.message) and w.step.kind == "wait" and (not w.step.item or w.item == number)
    ]
    if not found:
        return case
    before = set(moving.user_steps(run))
    changes = _declared(case.process, run.variables_at(found[0].engine_id), values or {})
    _complete(case, run, found[0].engine_id, changes)
    moving.move_on(case, run, None, before)
    record(None, "workflow.case.resumed", case, wait=wait, council=number)
    return case


@transaction.atomic
def withdraw_case(*, actor: OfficerCard, case_id: UUID, note: str = "") -> Case:
    """Stop a case and take its tasks out of inboxes. The app that owns the record has checked that the officer may.

    Refused outside the case's own room and once the case is closed; withdrawing twice changes nothing.
    """
    case = _locked_case(case_id)
    if case.status == CaseStatus.WITHDRAWN:
        return case
    if case.owner_id != current_council().number:
        raise NotAllowed(f"{case.reference} belongs to the shared service. Ask it to withdraw the case.")
    if case.status not in OPEN_CASES:
        raise NotAllowed(
            f"{case.reference} is closed already: {case.outcome_text.lower()}. It cannot be withdrawn now."
        )
    run = Run.restore(definition_of(case.process_version_id), case.state)
    gone = set(moving.user_steps(run))
    run.cancel()
    case.state = run.state()
    case.status, case.outcome, case.step, case.fault = CaseStatus.WITHDRAWN, "withdraw", "", ""
    case.closed_at = timezone.now()
    case.version += 1
    case.save(update_fields=["state", "status", "outcome", "step", "closed_at", "version", "fault"])
    moving.close_other_tasks(case, gone)
    timer_rows.keep_timers(case, run)
    drop_questions(case)
    _write_decision(actor, case, None, "withdraw", note.strip())
    record(actor, "workflow.case.withdrawn", case)
    happened(EventType.CASE_WITHDRAWN, case)
    return case


@transaction.atomic
def hand_over_case(*, case_id: UUID) -> Case:
    """Let the shared service see a case: reference, title, amount, category and where it stands. Can run twice."""
    case = _locked_case(case_id)
    if SHARED_SERVICE_NUMBER not in case.parts and case.owner_id != SHARED_SERVICE_NUMBER:
        case.parts = [*case.parts, SHARED_SERVICE_NUMBER]
        case.save(update_fields=["parts"])
    return case


def ready_task_of(*, actor: OfficerCard, case_id: UUID) -> UUID:
    """The open task of a case that waits for this officer. Raises NotAllowed when none does."""
    found = Task.objects.in_inbox_of(actor).decisions().filter(case_id=case_id).values_list("pk", flat=True).first()
    if found is None:
        raise NotAllowed("This is not waiting for you. Look at its history to see where it is.", code="not_yours")
    return found


def hold_case(case_id: UUID | None) -> None:
    """Lock a case before its record: a decision locks them in this order, and two orders would wait for each other."""
    if case_id is not None:
        _locked_case(case_id)


def _declared(process: str, variables: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    """Routing values as plain JSON. Anything that the process does not declare never reaches a shared row."""
    unknown = {name for name, value in values.items() if name not in variables and value not in (None, "")}
    unknown -= {"amount", "category"}
    if unknown:
        raise ValueError(f"{process} does not declare {', '.join(sorted(unknown))}.")
    return {name: as_plain(value) for name, value in values.items() if name in variables and value is not None}


def _take_over(case: Case, changes: dict[str, Any]) -> None:
    """New routing values, such as the amount of a requisition that was changed and sent again."""
    if not changes:
        return
    case.facts = {**case.facts, **changes}
    if "amount" in changes:
        case.amount = Decimal(changes["amount"])
    if "category" in changes:
        case.category = changes["category"]


def _complete(case: Case, run: Run, engine_id: UUID, values: dict[str, Any]) -> None:
    try:
        run.complete(engine_id, values)
    except StepGone as gone:
        raise NotAllowed(
            f"{case.reference} has moved on in the meantime. Nothing was changed by you.", code="already_done"
        ) from gone
    except (EngineFault, ExpressionError) as fault:
        raise NotAllowed(
            f"{case.reference} cannot move on: {fault} Tell your council’s administrator.", code="process"
        ) from fault


def _close(task: Task, actor: OfficerCard, outcome: str) -> None:
    task.status, task.outcome = TaskStatus.DONE, outcome
    task.done_at, task.done_by, task.done_by_name = timezone.now(), actor, actor.work_name
    task.version += 1
    TASKS.update(task, "status", "outcome", "done_at", "done_by", "done_by_name", "version")
    TaskCandidate.objects.drop(owners=[task.owner_id], tasks=[task.pk])


def _write_decision(
    actor: OfficerCard,
    case: Case,
    task: Task | None,
    outcome: str,
    note: str,
    whom: standing.StandIn | None = None,
) -> None:
    here = current_council().number
    joint = case.owner_id != here
    decision = Decision(
        owner_id=here,
        parts=[case.owner_id] if joint else [],
        case=case,
        task=task,
        step=task.step if task else "",
        title=task.title if task else case.title,
        card=actor,
        card_name=actor.work_name,
        card_job_title=actor.job_title,
        for_card_id=whom.for_card if whom else None,
        for_card_name=whom.for_name if whom else "",
        basis=basis.stood_on(task, case, whom) if task and outcome == "approve" else {},
        role=authority.role_for(task, case) if task else "",
        outcome=outcome,
        reason=note if joint else "",
        at=timezone.now(),
    )
    DECISIONS.insert([decision])
    if note and not joint:
        write_note(actor=actor, case_id=case.pk, task_id=task.pk if task else None, text=note, kind=NoteKind.DECISION)
