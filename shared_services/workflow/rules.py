"""Who may act on a task, and what is missing when somebody may not."""

from __future__ import annotations

from shared_services.access.models import OfficerCard
from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.errors import NotAllowed, Stale

from . import authority
from .choices import OUTCOMES_THAT_NEED_A_REASON, TaskStatus, outcome_label
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
    role = authority.role_for(task, case)
    label = authority.role_in_text(role)
    if role != authority.REQUESTER:
        if actor.pk in authority.askers(case):
            return (
                f"You raised {case.reference if actor.pk == case.requester_id else 'a request that it would buy'}, "
                "so somebody else must decide on it. "
                f"Another {label} can, or ask your council's administrator who stands in."
            )
        if actor.pk in case.approved_by:
            return f"You have already approved {case.reference}. The next approval must be somebody else's."
    joint = bool(task.authority) or authority.is_joint_here(case)
    if not authority.holds(actor, role, authority.facts_of(case), joint=joint):
        if role == authority.REQUESTER:
            return f"Only {case.requester_name}, who raised {case.reference}, can do this."
        return f"You are not {label} for {case.reference}, so you cannot decide on it."
    return ""


def check_may_act(actor: OfficerCard, task: Task, case: Case) -> None:
    reason = why_not(actor, task, case)
    if reason:
        raise NotAllowed(reason, code="not_yours")


def check_may_answer_from_inbox(task: Task) -> None:
    """Some answers belong to the record's own page, where it is changed or withdrawn at the same time."""
    if task.handled_at_subject:
        raise NotAllowed(f"Open {task.reference} itself to change it, send it again or withdraw it.", code="at_record")
