"""Keeping inboxes in line with who holds which role today."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shared_services.messaging.outbox import enqueue_each
from shared_services.notices import services as notices
from shared_services.tenancy.door import current_council
from shared_services.webhooks.choices import EventType

from . import authority, moving, standing
from .choices import TaskStatus
from .happenings import happened
from .models import Task, TaskCandidate
from .telling import NOTICES as NOTIFY
from .who import CaseFacts

BATCH = 500
MANY = 20
"""More tasks than this that come to an officer at once are one notice."""
PLACED = [
    "placed", "role", "status", "parked_reason", "due_on", "clock_from_on", "claimed_by", "claimed_by_name", "claimed_at",
    "claim_ends_on", "version",
]  # fmt: skip
"""What a room writes on its task of a joint case once it knows who decides."""


@transaction.atomic
def refresh_candidates(*, role: str | None = None) -> int:
    """Find again who may act on this room's open tasks; give how many tasks changed. Can run twice.

    Called when roles, posts or budget holders change, so that new holders get the tasks and former ones lose them.
    Whoever gets a task is told, and whoever loses one is no longer told that it waits.
    Locks the tasks that change, and no others: an officer who is deciding on one of them is waited for.
    """
    tasks = Task.objects.of_this_room().to_do().decisions().filter(placed=True).order_by("pk")
    if role:
        tasks = tasks.filter(Q(role=role) | Q(role__startswith=f"{role}:"))
    known: dict[UUID, dict[UUID, UUID | None]] = {}
    for task_id, card_id, for_card in TaskCandidate.objects.of_this_room().values_list(
        "task_id", "card_id", "for_card"
    ):
        known.setdefault(task_id, {})[card_id] = for_card
    holders = Holders()
    changes: list[_Found] = []
    written = 0
    for task in tasks.select_related("case").defer("case__state").iterator(chunk_size=BATCH):
        found = _Found(task, known.get(task.pk, {}), holders)
        if found.has_changed:
            changes.append(found)
        if len(changes) == BATCH:
            written += _write(changes)
            changes.clear()
    return written + _write(changes)


@transaction.atomic
def place_task(*, task_id: UUID, held_from: date | None = None) -> None:
    """Give a joint case's task to the officers of this council who may decide on it. Can run twice.

    Of a case that was on hold since `held_from` and goes on, the due date moves by this council's own working days.
    """
    tasks = Task.objects.of_this_room().select_related("case").select_for_update(of=("case", "self"))
    found = tasks.filter(pk=task_id).first()
    if found is None:
        return
    if held_from is not None and found.status == TaskStatus.SUSPENDED and not found.case.is_suspended:
        moving.wake(found, held_from=held_from)
    elif not found.is_open or found.placed:
        return
    wanted = moving.find_candidates(found, found.case)
    found.placed = True
    found.save(update_fields=PLACED)
    TaskCandidate.objects.bulk_create(wanted, ignore_conflicts=True)
    happened(EventType.TASK_CREATED, found.case, found)


class Holders:
    """Who holds a role, asked once in a round for all cases that are alike to whoever answers."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool, CaseFacts | None], set[UUID]] = {}
        self.stand_ins = standing.StandIns(timezone.localdate())

    def of(self, task: Task) -> set[UUID]:
        if not task.role:
            return set()
        joint, facts = authority.asks_own_matrix(task, task.case), authority.facts_of(task.case)
        plain = authority.is_given(task.role, joint=joint)
        key = (task.role, joint, None if plain else facts)
        if key not in self._found:
            self._found[key] = authority.holders(task.role, facts, joint=joint)
        return self._found[key]


class _Found:
    """What a task has, and what it should have today."""

    def __init__(self, task: Task, known: dict[UUID, UUID | None], holders: Holders) -> None:
        before = (task.status, task.parked_reason, task.role)
        self.task, self.known = task, known
        wanted = moving.find_candidates(task, task.case, found_by=holders.of, stand_ins=holders.stand_ins)
        self.wanted = {candidate.card_id: candidate for candidate in wanted}
        self.state = (task.status, task.parked_reason, task.role)
        self.has_changed = {card: one.for_card_id for card, one in self.wanted.items()} != known or self.state != before

    @property
    def lost(self) -> set[UUID]:
        """Who may no longer act, or no longer for the same officer."""
        return {card for card, whom in self.known.items() if not self._stays(card, whom)}

    @property
    def gained(self) -> list[TaskCandidate]:
        return [
            candidate
            for card, candidate in self.wanted.items()
            if card not in self.known or not self._stays(card, self.known[card])
        ]

    def _stays(self, card: UUID, whom: UUID | None) -> bool:
        return card in self.wanted and self.wanted[card].for_card_id == whom


def _write(changes: list[_Found]) -> int:
    """Write some tasks' changes in a few statements; one that was dealt with in the meantime stays as it is."""
    if not changes:
        return 0
    keys = [each.task.pk for each in changes]
    here = Task.objects.of_this_room()
    still_open = set(
        here.to_do().filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    changes = [each for each in changes if each.task.pk in still_open]
    alike: dict[tuple[str, str, str], list[UUID]] = {}
    losers: dict[frozenset[UUID], list[UUID]] = {}
    for each in changes:
        alike.setdefault(each.state, []).append(each.task.pk)
        if each.lost:
            losers.setdefault(frozenset(each.lost), []).append(each.task.pk)
    for (status, reason, role), tasks in alike.items():
        here.filter(pk__in=tasks).update(status=status, parked_reason=reason, role=role)
    for cards, tasks in losers.items():
        TaskCandidate.objects.of_this_room().filter(task_id__in=tasks, card_id__in=cards).delete()
        notices.close_for(tasks=tasks, cards=cards)
    gained = [candidate for each in changes for candidate in each.gained]
    TaskCandidate.objects.bulk_create(gained, ignore_conflicts=True)
    _tell(changes)
    return len(changes)


def _tell(changes: list[_Found]) -> None:
    """Tell each officer of the tasks that came to him: one by one, or of many at once."""
    came: dict[UUID, list[Task]] = {}
    for each in changes:
        for candidate in each.gained:
            if candidate.card_id not in each.known and not candidate.claimed_elsewhere:
                came.setdefault(candidate.card_id, []).append(each.task)
    here, promises = current_council().number, []
    for card, tasks in came.items():
        if len(tasks) > MANY:
            notices.notify(cards=[card], kind="tasks_came", url=reverse("workflow:inbox"))
            continue
        keys = [{"case_id": task.case_id, "task_id": task.pk} for task in tasks]
        promises += [(here, {"card_id": card, "kind": "task_assigned", **each}) for each in keys]
    enqueue_each(NOTIFY, promises)
