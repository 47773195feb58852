"""Going back: a step of an open case is asked again, or a closed case is opened again where its process allows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.annexes.choices import CaseVerb
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed, Stale

from . import moving, timer_rows
from .casework import MAY_MANAGE, checked_text, note_event
from .choices import CaseStatus
from .definitions import definition_of
from .diagrams import Step
from .engine import EngineFault, Run
from .locking import locked_own_case
from .models import Case, Decision
from .querysets import OPEN_CASES
from .rewinding import done_since, earlier_steps, rewind

REASON_LENGTH = 500
GONE_BACK = [
    "state", "status", "outcome", "step", "closed_at", "version", "approved_by", "authority", "facts", "suspended_at",
    "suspended_until", "fault",
]  # fmt: skip

BringBack = Callable[[Case, str, OfficerCard], None]
_hooks: dict[str, BringBack] = {}


def going_back(process: str) -> Callable[[BringBack], BringBack]:
    """Register what the record behind a case of `process` must become when the case goes back to a step.

    The function is given case, step and officer, runs in the same transaction, and may raise NotAllowed.
    """

    def register(function: BringBack) -> BringBack:
        _hooks[process] = function
        return function

    return register


@transaction.atomic
def redo_step(*, actor: OfficerCard, case_id: UUID, step: str, reason: str, version: int | None = None) -> Case:
    """Send an open case back to an officers' step that it has passed. What was decided stays in its history.

    Whoever manages cases may. Approvals from that step on are asked again, also of those who gave them. Refused once
    the portal has done something after that step that going back would not undo, such as an order.
    """
    check_may(actor, MAY_MANAGE)
    reason = checked_text(reason, most=REASON_LENGTH, empty="Say why the case goes back, so that everyone knows.")
    case = locked_own_case(case_id)
    _check_version(case, version)
    if case.status not in OPEN_CASES:
        raise NotAllowed(f"{case.reference} is closed: {case.outcome_text.lower()}. See whether it can be reopened.")
    run = Run.restore(definition_of(case.process_version_id), case.state)
    target = next((one for one in earlier_steps(run) if one.id == step), None)
    if target is None:
        raise NotAllowed("The case has not been at that step. Choose one that it has passed.", code="step")
    check_nothing_stands_after(case, run, target)
    _go_back(case, run, target, actor, {**case.facts, **run.values})
    note_event(CaseVerb.WENT_BACK, case=case, actor=actor, to_name=target.label, text=reason)
    record(actor, "workflow.case.sent_back_to_step", case, step=target.id)
    return case


@transaction.atomic
def reopen_case(*, actor: OfficerCard, case_id: UUID, reason: str, version: int | None = None) -> Case:
    """Open a closed case again, at the step that its process names for the way it ended. Twice changes nothing.

    Whoever manages cases may. Refused where the process does not provide for it.
    """
    check_may(actor, MAY_MANAGE)
    reason = checked_text(reason, most=REASON_LENGTH, empty="Say why the case is opened again, so that everyone knows.")
    case = locked_own_case(case_id)
    target = reopens_at(case)
    if case.status in OPEN_CASES:
        raise NotAllowed(f"{case.reference} is open already. Nothing was changed by you.", code="already_done")
    _check_version(case, version)
    if target is None:
        raise NotAllowed(
            f"{case.reference} ended as {case.outcome_text.lower()}, and its process has no way back from there. "
            "Start a new one instead.",
            code="not_reopened",
        )
    run = Run.restore(definition_of(case.process_version_id), case.state)
    before = case.outcome_text
    case.closed_at, case.outcome = None, ""
    _go_back(case, run, target, actor, dict(case.facts))
    note_event(CaseVerb.REOPENED, case=case, actor=actor, to_name=target.label, text=reason)
    record(actor, "workflow.case.reopened", case, step=target.id, outcome_before=before)
    return case


def reopens_at(case: Case) -> Step | None:
    """The step at which a closed case would be opened again, as its process says at the end it came to."""
    if case.status != CaseStatus.COMPLETED:
        return None
    steps = definition_of(case.process_version_id).diagram.steps
    ends = [step for step in steps.values() if step.kind == "end" and step.reopen and step.outcome == case.outcome]
    return steps.get(ends[0].reopen) if ends else None


def steps_to_redo(case: Case) -> list[Step]:
    """The steps to which an open case can be sent back, the latest first."""
    if not case.is_open:
        return []
    run = Run.restore(definition_of(case.process_version_id), case.state)
    return [step for step in earlier_steps(run) if not _stands_after(case, run, step)]


def check_nothing_stands_after(case: Case, run: Run, target: Step) -> None:
    """Refuse to go back behind what the portal has done and would not undo."""
    done = _stands_after(case, run, target)
    if done:
        raise NotAllowed(
            f"{case.reference} cannot go back to “{target.label}”: {done} since, and going back would not undo it.",
            code="consequences",
        )


def _stands_after(case: Case, run: Run, target: Step) -> str:
    done = [step.label for step in done_since(run, target.id) if not step.operation.startswith("workflow.")]
    if done:
        return f"“{done[0]}” has been done"
    if target.handled_at_subject and case.process not in _hooks:
        return "its record has moved on"
    return ""


def _go_back(case: Case, run: Run, target: Step, actor: OfficerCard, values: dict[str, Any]) -> None:
    gone = set(moving.user_steps(run))
    # The last answer and whose turn it was belong to the step that is left.
    left = {"outcome", *(step.item for step in run.definition.diagram.steps.values())}
    given = {name: value for name, value in values.items() if name not in left}
    case.approved_by = _approvals_before(case, target)
    case.suspended_at = case.suspended_until = None
    hook = _hooks.get(case.process)
    try:
        rewind(run, target.id, given)
    except EngineFault as fault:
        raise NotAllowed(f"{case.reference} cannot go back: {fault}", code="step") from fault
    if hook is not None:
        hook(case, target.id, actor)
    moving.advance(case, run, actor, at_home=True)
    moving.settle(case, run)
    moving.close_other_tasks(case, gone)
    case.save(update_fields=GONE_BACK)
    moving.open_tasks(case, run, moving.user_steps(run).values())
    moving.tell_end(case)
    timer_rows.keep_timers(case, run)


def _approvals_before(case: Case, target: Step) -> list[UUID]:
    """Who approved before the step that is asked again: those still count; anyone later may be asked again.

    What counts on the case is paired with its decisions from the newest back, so that a decision of an earlier pass,
    which counts no longer, hides none of a later one.
    """
    counts = list(case.approved_by)
    place = before = len(counts)
    owners = [case.owner_id, *case.parts]
    decisions = Decision.objects.filter(owner_id__in=owners, case=case, outcome="approve").order_by("-at", "-pk")
    for decision in decisions:
        given = [key for key in (decision.card_id, decision.for_card_id) if key is not None]
        # Of a council's answer to a joint case, only the officer who gave it was taken in.
        found = next((keys for keys in (given, given[:1]) if keys and counts[:place][-len(keys) :] == keys), None)
        if found is None:
            continue
        place -= len(found)
        if decision.step == target.id:
            before = place
        if not place:
            break
    return counts[:before]


def _check_version(case: Case, version: int | None) -> None:
    if version is not None and version != case.version:
        raise Stale
