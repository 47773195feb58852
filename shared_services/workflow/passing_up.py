"""Whom a task that has waited too long is passed up to: asked when it is, and again whenever one of them acts."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from . import authority, standing
from .definitions import definition_of
from .diagrams import Step
from .models import Case, Task
from .who import CaseFacts

LINE_MANAGER = "line_manager"


def step_of(task: Task, case: Case) -> Step | None:
    """The drawn step of a task; None for a question, and for a step of a process that the case's own calls."""
    return definition_of(case.process_version_id).diagram.steps.get(task.step)


def above(task: Task, case: Case, holders: Iterable[UUID]) -> set[UUID]:
    """Who is asked next: whoever holds the role that the drawing names, or the line managers of a task's holders.

    A line manager is named by a post, so he needs the permission to decide besides, as whoever a post or a budget
    names does. Nobody is asked about what is his own, or for more than his own authority reaches (ADR 0043).
    """
    step = step_of(task, case)
    role = (step.escalate_to if step else "") or LINE_MANAGER
    if role == LINE_MANAGER:
        found: set[UUID] = set()
        for holder in holders:
            found |= authority.holders(role, CaseFacts(process=task.process, requester_id=holder))
    else:
        found = authority.holders(role, authority.facts_of(case), joint=authority.asks_own_matrix(task, case))
    question, own = standing.question_of(task, case), standing.StandIns(timezone.localdate())
    return {card for card in authority.may_decide(found, task.role, case) if own.reaches(card, question)}


def still_above(task: Task, case: Case) -> set[UUID]:
    """Of those whom a task was passed up to, who would be asked today: posts, roles and holders change meanwhile."""
    if not task.escalated_to:
        return set()
    return set(task.escalated_to) & above(task, case, authority.holders_for(task, case))
