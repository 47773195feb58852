"""Keeping inboxes in line with who holds which role today."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council

from . import moving
from .choices import TaskStatus
from .models import Task, TaskCandidate
from .who import find_resolver


@transaction.atomic
def refresh_candidates(*, role: str | None = None) -> int:
    """Find again who may act on this room's open tasks; give how many tasks changed. Can run twice.

    Called when roles, posts or budget holders change, so that new holders get the tasks and former ones lose them.
    """
    tasks = Task.objects.of_this_room().to_do().filter(placed=True).select_related("case").order_by("pk")
    if role:
        tasks = tasks.filter(role=role)
    known: dict[UUID, set[UUID]] = {}
    for task_id, card_id in TaskCandidate.objects.of_this_room().values_list("task_id", "card_id"):
        known.setdefault(task_id, set()).add(card_id)
    plain_holders = _PlainHolders()
    return sum(_refresh(task, known.get(task.pk, set()), plain_holders) for task in tasks.iterator(chunk_size=500))


@transaction.atomic
def place_task(*, task_id: UUID) -> None:
    """Give a joint case's task to the officers of this council who may decide on it. Can run twice."""
    found = (
        Task.objects.of_this_room().select_related("case").select_for_update(of=("self",)).filter(pk=task_id).first()
    )
    if found is None or not found.is_open or found.placed:
        return
    wanted = moving.find_candidates(found, found.case)
    found.placed = True
    found.save(update_fields=["placed", "role", "status", "parked_reason"])
    TaskCandidate.objects.bulk_create(wanted)


class _PlainHolders:
    """Roles that need no resolver have the same holders for every task: asked once for a whole round."""

    def __init__(self) -> None:
        self._found: dict[str, set[UUID]] = {}

    def of(self, role: str) -> set[UUID] | None:
        if find_resolver(role) is not None or role == moving.authority.REQUESTER:
            return None
        if role not in self._found:
            cards = OfficerCard.objects.of_council(current_council().number).active().holding(role)
            self._found[role] = set(cards.values_list("pk", flat=True))
        return self._found[role]


def _refresh(task: Task, known: set[UUID], plain_holders: _PlainHolders) -> bool:
    before = (task.status, task.parked_reason, task.role)
    found = None if task.authority else plain_holders.of(task.role)
    wanted = {candidate.card_id: candidate for candidate in moving.find_candidates(task, task.case, found=found)}
    changed = wanted.keys() ^ known
    if not changed and before == (task.status, task.parked_reason, task.role):
        return False
    if task.status == TaskStatus.READY:
        task.parked_reason = ""
    task.save(update_fields=["status", "parked_reason", "role"])
    TaskCandidate.objects.filter(owner_id=task.owner_id, task=task, card_id__in=known - wanted.keys()).delete()
    TaskCandidate.objects.bulk_create(
        [candidate for card, candidate in wanted.items() if card not in known], ignore_conflicts=True
    )
    return True
