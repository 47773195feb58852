"""What the task page says besides the facts: who has it in hand, what each answer leads to, what else can be done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.choices import NoteKind
from shared_services.annexes.models import CaseNote
from shared_services.govuk.words import spoken_date
from shared_services.tenancy.door import current_council

from .. import claims, delays, foresight, questions, rules
from ..casework import MAY_MANAGE
from ..choices import TaskStatus
from ..models import Task


def verbs_of(task: Task, actor: OfficerCard, reason: str) -> dict[str, Any]:
    """The page's own words and links for an officer; `reason` says why he may not decide, empty when he may."""
    mine = task.is_open and not reason
    taken = task.is_claimed and task.claimed_by_id != actor.pk
    decides = mine and not task.handled_at_subject and not taken
    risk = delays.at_risk(task.case) if task.is_open else delays.AtRisk()
    return {
        "may_decide": decides,
        "on_hold": task.status == TaskStatus.SUSPENDED,
        "claimed_by_other": _taken(task) if mine and taken else "",
        "claimed_by_me": _in_hand(task) if mine and task.is_claimed and not taken else "",
        "news": _news(task) if task.is_open else "",
        "at_risk": risk.why,
        "ahead": foresight.after_each_answer(task.case, task) if decides else [],
        "verbs": _links(task, actor, taken) if mine else [],
    }


def _links(task: Task, actor: OfficerCard, taken: bool) -> list[tuple[str, str]]:
    links = []
    if not task.handled_at_subject:
        if taken:
            links.append((f"Take this task over from {task.claimed_by_name}", "claim_task"))
        else:
            links.append(
                ("Release this task", "release_task") if task.is_claimed else ("Claim this task", "claim_task")
            )
            if claims.can_be_forwarded(actor, task):
                links.append(("Forward this task to another officer", "forward_task"))
    links.append(("Ask a question before you decide", "ask_question"))
    found = [(label, reverse(f"workflow:{name}", args=[task.pk])) for label, name in links]
    if task.case.owner_id == current_council().number and not task.handled_at_subject:
        found.append(("Put this case on hold", reverse("workflow:hold_case", args=[task.case_id])))
    found.append(("Comment on this case", reverse("workflow:comment_on_case", args=[task.case_id])))
    return found


def _taken(task: Task) -> str:
    return (
        f"{task.claimed_by_name} claimed this on {rules.when(task.claimed_at)}. Take it over below before you decide."
    )


def _in_hand(task: Task) -> str:
    until = f" It is yours until {spoken_date(task.claim_ends_on)}." if task.claim_ends_on else ""
    return f"You have claimed this task.{until}"


def times(number: int) -> str:
    """ "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _news(task: Task) -> str:
    news = []
    if task.reminded:
        news.append(f"Reminded {times(task.reminded)}.")
    if task.escalated_on:
        news.append(f"Passed up on {spoken_date(task.escalated_on)}, because it waited too long.")
    return " ".join(news)


def questions_on(case_id: UUID, actor: OfficerCard) -> list[dict[str, Any]]:
    """Each question about a case with its answer, the newest first, and where the officer can withdraw it."""
    notes = CaseNote.objects.filter(case_id=case_id, kind__in=[NoteKind.QUESTION, NoteKind.ANSWER])
    asked: dict[Any, dict[str, Any]] = {}
    for note in notes.order_by("written_at"):
        if note.kind == NoteKind.QUESTION:
            asked[note.task_id] = {"question": note, "answer": None, "waits": False, "withdraw_url": ""}
        elif note.task_id in asked:
            asked[note.task_id]["answer"] = note
    waiting = questions.open_questions(case_id).values_list("pk", flat=True) if asked else []
    for key in waiting:
        found = asked.get(key)
        if found is not None:
            mine = found["question"].author_id == actor.pk or may(actor, MAY_MANAGE)
            found |= {"waits": True, "withdraw_url": reverse("workflow:withdraw_question", args=[key]) if mine else ""}
    return list(reversed(asked.values()))
