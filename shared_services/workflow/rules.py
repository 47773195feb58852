"""Who may act on a task, and what is missing when somebody may not."""

from __future__ import annotations

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import refusal
from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.errors import NotAllowed, Stale

from . import authority, duties, passing_up, standing
from .choices import OUTCOMES_THAT_NEED_A_REASON, TaskKind, TaskStatus, outcome_label
from .models import Case, Task

REASON_LENGTH = 2000


def when(moment: object) -> str:
    return spoken_instant(moment)  # type: ignore[arg-type]


def check_open(task: Task) -> None:
    """Tell a second officer what happened, by whom and when."""
    if task.status == TaskStatus.DONE:
        done = outcome_label(task.outcome).lower()
        raise NotAllowed(
            f"{task.done_by_name} has already dealt with this: {done} on {when(task.done_at)}. Nothing was changed by you.",
            code="already_done",
        )
    if task.status == TaskStatus.SUSPENDED:
        raise NotAllowed(
            f"{task.reference} is on hold. Open the case to see why, or to take it off hold.", code="suspended"
        )
    if task.status == TaskStatus.CANCELLED:
        raise NotAllowed(
            f"This no longer needs a decision: {task.reference} moved on without it. Nothing was changed by you.",
            code="already_done",
        )


def check_version(task: Task, version: int | None) -> None:
    if version is not None and version != task.version:
        raise Stale


def check_outcome(task: Task, outcome: str, note: str) -> None:
    if outcome not in task.outcomes:
        raise NotAllowed(f"“{outcome_label(outcome)}” is not something this task can be answered with.", code="outcome")
    if outcome in OUTCOMES_THAT_NEED_A_REASON and not note.strip():
        raise NotAllowed("Enter a reason, so that the requester knows what to put right.", code="reason")
    if len(note) > REASON_LENGTH:
        raise NotAllowed(f"The reason must be {REASON_LENGTH} characters or fewer.", code="reason")


def why_not(actor: OfficerCard, task: Task, case: Case) -> str:
    """Why an officer may not act on a task, in a sentence; empty when he may. Asks who holds the role today."""
    return find_standing(actor, task, case)[0]


def find_standing(actor: OfficerCard, task: Task, case: Case) -> tuple[str, standing.StandIn | None]:
    """Why an officer may not act on a task, and for whom he acts where he holds the role for somebody else."""
    if actor.only_reads:
        return refusal("workflow.complete_task"), None
    if task.kind == TaskKind.ANSWER:
        return _why_not_asked(actor, task), None
    role = authority.role_for(task, case)
    label = authority.role_in_text(role)
    if role != authority.REQUESTER:
        if actor.pk in authority.askers(case):
            return (
                f"You raised {case.reference if actor.pk == case.requester_id else 'a request that it would buy'}, "
                "so somebody else must decide on it. "
                f"Another {label} can, or ask your council’s administrator who stands in."
            ), None
        if actor.pk in case.approved_by:
            return f"You have already approved {case.reference}. The next approval must be somebody else’s.", None
    whom, joint = None, authority.asks_own_matrix(task, case)
    if not (authority.holds(actor, role, authority.facts_of(case), joint=joint) or _was_passed_up(actor, task, case)):
        if role == authority.REQUESTER:
            return f"Only {case.requester_name}, who raised {case.reference}, can do this.", None
        whom = standing.stand_in_for(
            actor, task, case, besides=passing_up.still_above(task, case), on=timezone.localdate()
        )
        if whom is None:
            return f"You are not {label} for {case.reference}, so you cannot decide on it.", None
    return ("" if role == authority.REQUESTER else duties.why_not_decide(actor, case)), whom


def _was_passed_up(actor: OfficerCard, task: Task, case: Case) -> bool:
    return actor.active and actor.pk in task.escalated_to and actor.pk in passing_up.still_above(task, case)


def check_may_act(actor: OfficerCard, task: Task, case: Case) -> standing.StandIn | None:
    """For whom a deputy acts; None for an officer who acts for himself. Raises NotAllowed.

    How a task stands that is no longer open is told to those who could have acted on it, or had to do with the case,
    and to nobody else.
    """
    reason, whom = find_standing(actor, task, case)
    if not task.is_open and (not reason or actor.pk == task.done_by_id or actor.pk in authority.barred_from(case)):
        check_open(task)
    if reason:
        raise NotAllowed(reason, code="not_yours")
    return whom


def _why_not_asked(actor: OfficerCard, task: Task) -> str:
    """A question is for the officer who was asked, and for nobody else."""
    if task.candidates.filter(owner_id=task.owner_id, card_id=actor.pk).exists():
        return ""
    return f"This question about {task.reference} was put to somebody else."


def check_is_decision(task: Task) -> None:
    if task.kind != TaskKind.DECIDE:
        raise NotAllowed("This is a question. Open it to answer it; it decides nothing.", code="question")


def check_not_claimed_by_another(actor: OfficerCard, task: Task) -> None:
    """What somebody has in hand is decided by that officer, or taken over first."""
    if task.is_claimed and task.claimed_by_id != actor.pk:
        raise NotAllowed(
            f"{task.claimed_by_name} claimed this on {when(task.claimed_at)}. Take it over on its page before you decide.",
            code="claimed",
        )


def check_may_answer_from_inbox(task: Task) -> None:
    """Some answers belong to the record's own page, where it is changed or withdrawn at the same time."""
    if task.handled_at_subject:
        raise NotAllowed(f"Open {task.reference} itself to change it, send it again or withdraw it.", code="at_record")
