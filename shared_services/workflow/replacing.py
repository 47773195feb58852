"""Moving a running case to another version of its process: only where it stands on the same step there.

The steps that a case has passed stay as they were; what lies before it is drawn anew from the other version.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from SpiffWorkflow.util.task import TaskState

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from . import moving
from .definitions import definition_of
from .diagrams import Step
from .engine import Definition, EngineFault, Run
from .expressions import ExpressionError
from .models import Case, Decision, ProcessVersion, Task, TaskCandidate
from .querysets import CaseQuerySet

MAY_MOVE = "modelling.move_cases"
MOST_AT_ONCE = 200
MOVED = "moved"


class CannotMove(Exception):
    """Why a case has to stay on its version, as a sentence."""


@dataclass(frozen=True, slots=True)
class Move:
    """One case: where it stands, where it would stand, or why it cannot move."""

    case: Case
    stands_at: str
    would_stand_at: str = ""
    why_not: str = ""


def running_cases(version_id: UUID) -> CaseQuerySet:
    """This room's open cases on a version, the oldest first."""
    return Case.objects.of_this_room().still_open().filter(process_version_id=version_id).order_by("opened_at", "pk")


def preview_move(*, from_id: UUID, to_id: UUID) -> list[Move]:
    """What would become of each running case; nothing is changed."""
    new = definition_of(to_id)
    return [_preview(case, new) for case in running_cases(from_id)[:MOST_AT_ONCE]]


def _preview(case: Case, new: Definition) -> Move:
    try:
        run = carried_over(case, new)
    except CannotMove as reason:
        return Move(case, case.step, why_not=str(reason))
    return Move(case, case.step, would_stand_at="; ".join(dict.fromkeys(one.step.label for one in run.waiting())))


@transaction.atomic
def move_cases(
    *, actor: OfficerCard, from_id: UUID, to_id: UUID, case_ids: Collection[UUID]
) -> tuple[list[str], list[str]]:
    """Move running cases of this room to another version of their process; who stands where stays.

    Gives the references of those that moved, and of those that could not any more. A case that has moved on in
    the meantime is looked at again; doing it twice moves nothing twice.
    """
    check_may(actor, MAY_MOVE)
    if len(case_ids) > MOST_AT_ONCE:
        raise NotAllowed(f"Move {MOST_AT_ONCE} cases at a time.", code="too_many")
    versions = {one.pk: one for one in ProcessVersion.objects.for_this_room().filter(pk__in=[from_id, to_id])}
    if len(versions) != 2 or versions[from_id].key != versions[to_id].key:
        raise NotAllowed("Choose another version of the same process.", code="not_found")
    new, moved, left = definition_of(to_id), [], []
    locked = Case.objects.of_this_room().still_open().select_for_update().filter(pk__in=list(case_ids)).order_by("pk")
    for case in locked:
        if case.process_version_id != from_id:
            continue
        try:
            run = carried_over(case, new)
        except CannotMove:
            left.append(case.reference)
            continue
        _settle(actor, case, run, versions[from_id], versions[to_id])
        moved.append(case.reference)
    return moved, left


def carried_over(case: Case, new: Definition) -> Run:
    """The case's run as it would stand on another version. Raises CannotMove with the reason in plain words."""
    old = definition_of(case.process_version_id)
    if any(
        number != case.owner_id for number in Task.objects.filter(case=case).to_do().values_list("owner_id", flat=True)
    ):
        raise CannotMove("Other councils have tasks in it, which stay as they were given.")
    standing = Run.restore(old, case.state).waiting()
    for found in standing:
        _check_step(found.step, new)
    for step, mark in Run.restore(old, case.state).passed().items():
        if step not in new.diagram.steps:
            said = "It has passed" if mark == "done" else "It stands at"
            raise CannotMove(f"{said} “{old.diagram.steps[step].label}”, which the other version does not have.")
    try:
        run = Run.restore(new, case.state)
        _look_ahead(run)
    except CannotMove:
        raise
    except Exception as fault:
        # Whatever the engine cannot place, it names in its own words; the case stays where it is.
        raise CannotMove("The steps around it are drawn differently in the other version.") from fault
    after = run.waiting()
    if sorted((str(one.engine_id), one.step.id) for one in after) != sorted(
        (str(one.engine_id), one.step.id) for one in standing
    ):
        raise CannotMove("It would not stand on the same step in the other version.")
    return run


def _check_step(step: Step, new: Definition) -> None:
    there = new.diagram.steps.get(step.id)
    if there is None:
        raise CannotMove(f"It stands at “{step.label}”, which the other version does not have.")
    if (there.tag, there.repeats, there.item, there.repeats_over) != (
        step.tag,
        step.repeats,
        step.item,
        step.repeats_over,
    ):
        raise CannotMove(f"“{step.label}” works differently in the other version.")


def _look_ahead(run: Run) -> None:
    """Draw anew what lies before the steps at which the case stands."""
    workflow = run._workflow
    for task in list(workflow.tasks.values()):
        if task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED):
            for child in list(task.children):
                if child.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):
                    workflow._remove_task(child.id)
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)


def _settle(actor: OfficerCard, case: Case, run: Run, old: ProcessVersion, new: ProcessVersion) -> None:
    """Write the case on its new version, and bring its open tasks in line with the steps as they are drawn there."""
    case.process_version = new
    moving.settle(case, run)
    case.save(update_fields=["process_version", "state", "version", "step", "status"])
    standing = moving.user_steps(run)
    for task in Task.objects.of_this_room().to_do().select_for_update().filter(case=case):
        found = standing.get(task.engine_id)
        if found is not None:
            _redraw(task, case, run, found)
    Decision(
        owner_id=current_council().number,
        case=case,
        step="",
        title=f"Moved from version {old.version} of its process to version {new.version}",
        card=actor,
        card_name=actor.work_name,
        card_job_title=actor.job_title,
        outcome=MOVED,
        at=timezone.now(),
    ).save(force_insert=True)
    record(actor, "workflow.case.moved", case, from_version=old.version, to_version=new.version, stands_at=case.step)


def _redraw(task: Task, case: Case, run: Run, found: Any) -> None:
    step = found.step
    try:
        role = str(run.evaluate(step.role_from, found.values)) if step.role_from else step.role or step.lane_role
    except (EngineFault, ExpressionError) as fault:
        raise NotAllowed(f"{case.reference} cannot be moved: {fault}", code="process") from fault
    task.title, task.outcomes, task.authority = step.label, list(step.outcomes), step.authority
    task.handled_at_subject = step.handled_at_subject
    task.role = role
    task.version += 1
    TaskCandidate.objects.drop(owners=[task.owner_id], tasks=[task.pk])
    candidates = moving.find_candidates(task, case)
    task.save()
    TaskCandidate.objects.bulk_create(candidates)
