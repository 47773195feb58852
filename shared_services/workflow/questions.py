"""Asking about a case before deciding: the question waits in one officer's inbox, and deciding stays possible.

Question and answer are notes in the room (annexes); the shared row of the task says only that something was asked.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.choices import CaseVerb, NoteKind
from shared_services.annexes.models import CaseNote
from shared_services.annexes.services import write_note
from shared_services.audit.services import record
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.webhooks.choices import EventType

from . import rules
from .calendars import add_working_days
from .casework import MAY_MANAGE, checked_text, note_event
from .choices import TaskKind, TaskStatus
from .happenings import happened
from .locking import locked_task
from .models import Task, TaskCandidate
from .querysets import TaskQuerySet
from .telling import tell

TEXT_LENGTH = 2000
ANSWER = "answer"
DAYS_TO_ANSWER = 3
"""Working days, unless the decision itself is due earlier."""
MOST_OPEN = 10
"""Questions that may wait for answers on one case at a time."""


@transaction.atomic
def ask_question(*, actor: OfficerCard, task_id: UUID, to_card_id: UUID, question: str) -> Task:
    """Ask an officer of this room about a case; gives the task that waits for the answer.

    Whoever may decide the task may ask, and may decide without waiting. The same open question to the same officer is
    one question. While it waits, the officer asked sees the case; once it is answered, withdrawn or the case is closed,
    no longer.
    """
    question = checked_text(question, most=TEXT_LENGTH, empty="Enter your question.")
    task = locked_task(task_id)
    whom = rules.check_may_act(actor, task, task.case)
    _check_is_decision(task)
    asked = OfficerCard.objects.of_council(current_council().number).active().filter(pk=to_card_id).first()
    if asked is None:
        raise NotAllowed("Choose an active officer of this council: a question stays in its room.")
    if asked.pk == actor.pk:
        raise NotAllowed("Choose somebody else: you cannot ask yourself.")
    if asked.only_reads:
        raise NotAllowed(f"{asked.work_name} is an auditor, who takes part in no case. Ask somebody else.")
    known = _open_question(task, asked, question)
    if known is not None:
        return known
    if open_questions(task.case_id).count() >= MOST_OPEN:
        raise NotAllowed(
            f"{MOST_OPEN} questions about {task.reference} wait for an answer already. Withdraw one, or wait for an answer."
        )
    answer_task = _open_answer_task(task, actor, asked)
    write_note(actor=actor, case_id=task.case_id, task_id=answer_task.pk, text=question, kind=NoteKind.QUESTION)
    note_event(CaseVerb.ASKED, case=task.case, task=answer_task, actor=actor, to=asked, whom=whom)
    record(actor, "workflow.question.asked", answer_task, case=str(task.case_id), step=task.step, to=str(asked.pk))
    happened(EventType.TASK_CREATED, task.case, answer_task)
    tell([asked.pk], "question_asked", case_id=task.case_id, task_id=answer_task.pk)
    return answer_task


@transaction.atomic
def answer_question(*, actor: OfficerCard, task_id: UUID, answer: str, version: int | None = None) -> Task:
    """Answer what one was asked; the asker reads it on the task and in the history. Twice the same changes nothing."""
    answer = checked_text(answer, most=TEXT_LENGTH, empty="Enter your answer.")
    task = locked_task(task_id)
    if task.kind != TaskKind.ANSWER:
        raise NotAllowed("This is not a question. Open it to decide on it.")
    if task.status == TaskStatus.DONE and task.done_by_id == actor.pk:
        return task
    rules.check_may_act(actor, task, task.case)
    rules.check_version(task, version)
    asker = CaseNote.objects.filter(task_id=task.pk, kind=NoteKind.QUESTION).values_list("author_id", flat=True).first()
    write_note(actor=actor, case_id=task.case_id, task_id=task.pk, text=answer, kind=NoteKind.ANSWER)
    task.status, task.outcome = TaskStatus.DONE, ANSWER
    task.done_at, task.done_by, task.done_by_name = timezone.now(), actor, actor.work_name
    task.version += 1
    task.save(update_fields=["status", "outcome", "done_at", "done_by", "done_by_name", "version"])
    TaskCandidate.objects.drop(owners=[task.owner_id], tasks=[task.pk])
    note_event(CaseVerb.ANSWERED, case=task.case, task=task, actor=actor)
    record(actor, "workflow.question.answered", task, case=str(task.case_id))
    happened(EventType.TASK_COMPLETED, task.case, task)
    tell([asker], "question_answered", case_id=task.case_id, task_id=task.pk)
    return task


@transaction.atomic
def withdraw_question(*, actor: OfficerCard, task_id: UUID) -> Task:
    """Take back a question that waits: whoever asked it, or who manages cases. Twice changes nothing."""
    task = locked_task(task_id)
    if not withdrawable(actor, open_only=False).filter(pk=task.pk).exists():
        raise NotAllowed("Only whoever asked a question can withdraw it.", code="not_yours")
    if task.status == TaskStatus.CANCELLED:
        return task
    rules.check_open(task)
    task.status, task.done_at = TaskStatus.CANCELLED, timezone.now()
    task.version += 1
    task.save(update_fields=["status", "done_at", "version"])
    TaskCandidate.objects.drop(owners=[task.owner_id], tasks=[task.pk])
    note_event(CaseVerb.TAKEN_BACK, case=task.case, task=task, actor=actor)
    record(actor, "workflow.question.withdrawn", task, case=str(task.case_id))
    happened(EventType.TASK_CANCELLED, task.case, task)
    return task


def withdrawable(actor: OfficerCard, *, open_only: bool = True) -> TaskQuerySet:
    """The questions of this room that an officer may withdraw: his own, or every one for who manages cases."""
    tasks = Task.objects.of_this_room().filter(kind=TaskKind.ANSWER)
    if not may(actor, MAY_MANAGE):
        asked = CaseNote.objects.filter(kind=NoteKind.QUESTION, author=actor).values("task_id")
        tasks = tasks.filter(pk__in=asked)
    return tasks.unfinished() if open_only else tasks


def open_questions(case_id: UUID) -> TaskQuerySet:
    """The questions about a case that wait for their answers in this room."""
    return Task.objects.of_this_room().unfinished().filter(case_id=case_id, kind=TaskKind.ANSWER)


def _open_question(task: Task, asked: OfficerCard, question: str) -> Task | None:
    same = CaseNote.objects.filter(case_id=task.case_id, kind=NoteKind.QUESTION, text=question).values_list(
        "task_id", flat=True
    )
    waiting = TaskCandidate.objects.for_officer(asked).filter(
        task_id__in=list(same), task__kind=TaskKind.ANSWER, task__case_id=task.case_id
    )
    found = waiting.select_related("task").first()
    return found.task if found else None


def _open_answer_task(task: Task, actor: OfficerCard, asked: OfficerCard) -> Task:
    """A task of its own beside the process. The engine knows nothing of it."""
    due_on = add_working_days(timezone.localdate(), DAYS_TO_ANSWER)
    if task.due_on is not None and timezone.localdate() <= task.due_on < due_on:
        due_on = task.due_on
    opened = Task(
        owner_id=current_council().number,
        case=task.case,
        engine_id=new_key(),
        process=task.process,
        step=ANSWER,
        title=f"Answer a question: {task.title}"[:200],
        kind=TaskKind.ANSWER,
        outcomes=[ANSWER],
        reference=task.reference,
        case_title=task.case_title,
        amount=task.amount,
        category=task.category,
        requester_name=actor.work_name,
        ready_at=timezone.now(),
        due_on=due_on,
        at_risk_on=task.at_risk_on,
        at_risk_amount=task.at_risk_amount,
    )
    opened.save(force_insert=True)
    TaskCandidate.objects.create(
        owner_id=opened.owner_id, task=opened, card=asked, due_on=due_on, amount=task.amount,
        at_risk_on=task.at_risk_on, at_risk_amount=task.at_risk_amount or 0,
    )  # fmt: skip
    return opened


def _check_is_decision(task: Task) -> None:
    if task.kind != TaskKind.DECIDE:
        raise NotAllowed("Answer the question first. Ask about the case from its own task.")
