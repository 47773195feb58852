"""Who may act on a task, and what is missing when somebody may not."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format

from shared_services.access.models import OfficerCard
from shared_services.tenancy.errors import NotAllowed, Stale

from . import authority, duties, standing
from .choices import OUTCOMES_THAT_NEED_A_REASON, TaskStatus, outcome_label
from .models import Case, Task

REASON_LENGTH = 2000


def when(moment: object) -> str:
    local = timezone.localtime(moment)  # type: ignore[arg-type]
    return f"{date_format(local, 'j F Y')} at {date_format(local, 'H:i')}"


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
    return find_standing(actor, task, case)[0]


def find_standing(actor: OfficerCard, task: Task, case: Case) -> tuple[str, standing.StandIn | None]:
    """Why an officer may not act on a task, and for whom he acts where he holds the role for somebody else."""
    label = authority.role_label(task.role)
    if task.role != authority.REQUESTER:
        if actor.pk == case.requester_id:
            return (
                f"You raised {case.reference}, so somebody else must decide on it. "
                f"Another {label.lower()} can, or ask your council's administrator who stands in.",
                None,
            )
        if actor.pk in case.approved_by:
            return f"You have already approved {case.reference}. The next approval must be somebody else's.", None
    if not authority.holds(actor, task.role, authority.facts_of(case), joint=bool(task.authority)):
        if task.role == authority.REQUESTER:
            return f"Only {case.requester_name}, who raised {case.reference}, can do this.", None
        whom = standing.stand_in_for(actor, task, case, on=timezone.localdate())
        if whom is None:
            return f"You are not {label.lower()} for {case.reference}, so you cannot decide on it.", None
        return duties.why_not_decide(actor, case), whom
    return (duties.why_not_decide(actor, case) if task.role != authority.REQUESTER else ""), None


def check_may_act(actor: OfficerCard, task: Task, case: Case) -> standing.StandIn | None:
    """For whom a deputy acts; None for an officer who acts for himself."""
    reason, whom = find_standing(actor, task, case)
    if reason:
        raise NotAllowed(reason, code="not_yours")
    return whom


def check_may_answer_from_inbox(task: Task) -> None:
    """Some answers belong to the record's own page, where it is changed or withdrawn at the same time."""
    if task.handled_at_subject:
        raise NotAllowed(f"Open {task.reference} itself to change it, send it again or withdraw it.", code="at_record")
