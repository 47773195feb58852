"""Reading tasks, cases and who would approve what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.choices import CaseVerb, NoteKind
from shared_services.annexes.models import CaseEvent, CaseNote
from shared_services.annexes.selectors import notes_on
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.tenancy.statements import JoinedRows, OrderedRows

from . import authority, rules
from .history import events_around
from .models import Case, Decision, Task, TaskCandidate
from .querysets import CaseQuerySet, TaskCandidateQuerySet, TaskQuerySet
from .who import role_in_matrix

DECIDERS_VERBS = [
    CaseVerb.CLAIMED, CaseVerb.RELEASED, CaseVerb.FORWARDED, CaseVerb.ASKED, CaseVerb.REOPENED, CaseVerb.WENT_BACK,
]  # fmt: skip
"""What only those do who may decide on a case or manage it: they may look at it later."""
IN_INBOX = "t0.owner_id = %s AND t0.card_id = %s AND NOT t0.claimed_elsewhere"


def inbox(actor: OfficerCard, *, claimed_elsewhere: bool = True) -> TaskQuerySet:
    """The open tasks that an officer may act on, the soonest due first; without those that others claimed, if asked."""
    tasks = Task.objects.in_inbox_of(actor, claimed_elsewhere=claimed_elsewhere)
    return tasks.order_by("candidates__due_on", "candidates__id")


def inbox_rows(actor: OfficerCard) -> TaskCandidateQuerySet:
    """The same by the inbox's own index, each row with its task: counts and pages of it stay quick at any size."""
    return TaskCandidate.objects.for_officer(actor).select_related("task").order_by("due_on", "pk")


def plain_inbox(actor: OfficerCard, statement: JoinedRows) -> OrderedRows:
    """`inbox_rows` that nobody else has claimed, by a statement put together once; its condition is IN_INBOX."""
    return OrderedRows(statement, current_council().number, actor.pk, order="t0.due_on, t0.id")


def inbox_counts(actor: OfficerCard) -> tuple[int, int]:
    """How many tasks wait for an officer, and how many of them are overdue."""
    late = Count("pk", filter=Q(due_on__lt=timezone.localdate()))
    found = TaskCandidate.objects.for_officer(actor).not_claimed_elsewhere().aggregate(all=Count("pk"), late=late)
    return found["all"], found["late"]


def reminded_count(actor: OfficerCard) -> int:
    """How many of an officer's tasks have been reminded of."""
    return TaskCandidate.objects.for_officer(actor).not_claimed_elsewhere().filter(task__reminded__gt=0).count()


def parked_tasks() -> TaskQuerySet:
    """Tasks of this room on which nobody can act, for its administrator."""
    return Task.objects.of_this_room().parked().order_by("ready_at")


def cases_for(actor: OfficerCard) -> CaseQuerySet:
    """The cases an officer may list: those he raised or decided on, or every case of the room with the permission."""
    if may(actor, "workflow.view_all_cases"):
        return Case.objects.of_this_room().order_by("-opened_at")
    mine = Q(owner_id=current_council().number, requester_id=actor.pk)
    return Case.objects.filter(mine | Q(pk__in=cases_decided_by(actor))).order_by("-opened_at")


def cases_decided_by(actor: OfficerCard) -> QuerySet[Any]:
    """The keys of the cases on which an officer decided in this room, joint ones included."""
    return Decision.objects.filter(owner_id=current_council().number, card_id=actor.pk).values("case_id")


def may_view_case(actor: OfficerCard, case: Case) -> bool:
    """Whoever raised it, decided on it or had it in hand, may decide on it now, or may see every case of the room.

    Who was only asked a question sees the case while the question waits.
    In the shared service's room, those who may see demand see the cases that councils handed over.
    """
    if case.requester_id == actor.pk or may(actor, "workflow.view_all_cases"):
        return True
    here = current_council().number
    if here == SHARED_SERVICE_NUMBER and may(actor, "procurement.view_demand"):
        return True
    if Decision.objects.filter(owner_id=here, case=case, card_id=actor.pk).exists():
        return True
    if CaseEvent.objects.filter(case_id=case.pk, by=actor, verb__in=DECIDERS_VERBS).exists():
        return True
    return Task.objects.in_inbox_of(actor).filter(case=case).exists()


def open_task_for(*, case_id: UUID, outcome: str) -> UUID | None:
    """The open task of a case, in this room, that can be answered with `outcome`; None when there is none."""
    found = Task.objects.of_this_room().to_do().filter(case_id=case_id, outcomes__contains=[outcome])
    return found.values_list("pk", flat=True).first()


def open_tasks_of(case: Case) -> QuerySet[Task]:
    """The tasks at which a case stands, as far as this room may see them."""
    tasks = Task.objects.filter(owner_id__in=[case.owner_id, *case.parts], case=case)
    return tasks.decisions().unfinished().order_by("ready_at")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a case's history, as it was on the day."""

    at: Any
    title: str
    by: str
    job_title: str
    outcome: str
    reason: str


def history_of(case: Case) -> list[HistoryLine]:
    """Everything decided on a case that this room may see, oldest first, with the reasons kept here."""
    notes = list(notes_on(case.pk))
    reasons = {note.task_id: note.text for note in notes if note.kind == NoteKind.DECISION}
    lines = [HistoryLine(case.opened_at, "Started", case.requester_name, "", "", "")]
    for decision in decisions_on(case.pk, [case.owner_id, *case.parts]):
        lines.append(
            HistoryLine(
                at=decision.at,
                title=decision.title,
                by=decision.by,
                job_title=decision.card_job_title,
                outcome=decision.outcome_text,
                reason=decision.reason or reasons.get(decision.task_id, ""),
            )
        )
    lines.extend(_comment(note) for note in notes if note.kind == NoteKind.COMMENT)
    for event in events_around(case, notes):
        lines.append(HistoryLine(event["at"], event["title"], event["by"], event["job_title"], "", event["text"]))
    return sorted(lines, key=lambda line: line.at)


def decisions_on(case_id: UUID, rooms: Collection[int]) -> QuerySet[Decision]:
    """What these rooms decided on a case, oldest first: only what an officer of the deciding room itself decided."""
    return Decision.objects.filter(owner_id__in=rooms, case_id=case_id, card__owner_id=F("owner_id")).order_by(
        "at", "pk"
    )


def causes_of(case: Case) -> list[str]:
    """What the portal wrote down in this room each time the case stopped, the newest first."""
    return [note.text for note in notes_on(case.pk) if note.author_id is None][::-1]


def _comment(note: CaseNote) -> HistoryLine:
    return HistoryLine(note.written_at, "Comment", note.author_name, "", "", note.text)


@dataclass(frozen=True, slots=True)
class WhoCanAct:
    """An open task of a case, who may act on it now, and why."""

    task: Task
    role_label: str
    names: list[str]
    because: str


def who_can_act(case: Case) -> list[WhoCanAct]:
    """Who holds a case up, for each of its open tasks."""
    here = current_council()
    found = []
    for task in open_tasks_of(case):
        label = authority.role_label(task.role) if task.role else "To be found"
        names: list[str] = []
        if task.owner_id == here.number:
            cards = OfficerCard.objects.of_council(here.number).filter(
                pk__in=task.candidates.filter(owner_id=here.number).values("card_id")
            )
            whom = dict(task.candidates.filter(owner_id=here.number).values_list("card_id", "for_name"))
            names = [_named(card, whom.get(card.pk, "")) for card in cards]
        found.append(WhoCanAct(task, label, names, _because(task, case)))
    return found


def _named(card: OfficerCard, for_name: str) -> str:
    name = f"{card.work_name}, {card.job_title}" if card.job_title else card.work_name
    return f"{name} (for {for_name})" if for_name else name


def _because(task: Task, case: Case) -> str:
    if task.parked_reason:
        return task.parked_reason
    if not task.placed:
        return "That council’s own portal is finding who decides."
    if task.role == authority.REQUESTER:
        return "It was sent back to the officer who raised it."
    decision_type = task.authority or case.process
    required = authority.required_approvals(
        decision_type=decision_type, amount=authority.amount_for(task, case), category=case.category,
        cost_centre=str(case.facts.get("cost_centre") or ""), on=timezone.localtime(task.ready_at).date(),
    )  # fmt: skip
    line = next((one for one in required if one.role == role_in_matrix(task.role)[0]), None)
    return f"{line.because}." if line else ""


def why_not(actor: OfficerCard, task: Task) -> str:
    """Why an officer may not decide a task, as a sentence; empty when he may."""
    if not task.is_open:
        return ""
    return rules.why_not(actor, task, task.case)


@dataclass(frozen=True, slots=True)
class CouncilAnswer:
    """Where one council stands in a joint case: its task, and what was answered by whom and why."""

    task: Task
    reason: str


def answers_by_council(*, case_id: UUID, councils: Collection[int]) -> dict[int, CouncilAnswer]:
    """The latest task of each council in a joint case, as far as this room may see them."""
    reasons = dict(
        decisions_on(case_id, councils).filter(task__owner_id=F("owner_id")).values_list("task_id", "reason")
    )
    tasks = Task.objects.filter(owner_id__in=councils, case_id=case_id).order_by("ready_at")
    return {task.owner_id: CouncilAnswer(task, reasons.get(task.pk, "")) for task in tasks}
