"""Taking a task in hand, giving it back, and handing it to another who may decide it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.choices import CaseVerb
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from . import rules, standing
from .casework import checked_text, claim_until, note_event
from .choices import TaskKind
from .locking import locked_task
from .models import Task, TaskCandidate
from .telling import tell

CLAIM = ["claimed_by", "claimed_by_name", "claimed_at", "claim_ends_on", "version"]
REASON_LENGTH = 500


@transaction.atomic
def claim_task(*, actor: OfficerCard, task_id: UUID, version: int | None = None, take_over: bool = False) -> Task:
    """Take a task in hand: it leaves the inboxes of the others who may decide it, until the room's time is up.

    Refuses who may not decide. A claim of somebody else's is told, and taken over only when asked for. Claiming twice
    changes nothing.
    """
    task = locked_task(task_id)
    whom = rules.check_may_act(actor, task, task.case)
    if task.is_claimed and task.claimed_by_id == actor.pk:
        return task
    rules.check_version(task, version)
    _check_can_be_claimed(task)
    if task.is_claimed and not take_over:
        raise NotAllowed(
            f"{task.claimed_by_name} claimed this on {rules.when(task.claimed_at)}. "
            "Ask for it to be released, or take it over.",
            code="claimed",
        )
    before = task.claimed_by_name if task.is_claimed else ""
    _give(task, actor)
    taken = f"Taken over from {before}" if before else ""
    note_event(CaseVerb.CLAIMED, case=task.case, task=task, actor=actor, text=taken, whom=whom)
    record(
        actor, "workflow.task.claimed", task, case=str(task.case_id), step=task.step, taken_over_from=before,
        **standing.in_record(whom),
    )  # fmt: skip
    return task


@transaction.atomic
def release_task(*, actor: OfficerCard, task_id: UUID, version: int | None = None) -> Task:
    """Give a claimed task back to everyone who may decide it. Releasing twice changes nothing."""
    task = locked_task(task_id)
    if task.claimed_by_id == actor.pk:
        rules.check_open(task)
    else:
        rules.check_may_act(actor, task, task.case)
    if task.claimed_by_id is None:
        return task
    rules.check_version(task, version)
    if task.claimed_by_id != actor.pk:
        raise NotAllowed(f"{task.claimed_by_name} has claimed this, so only {task.claimed_by_name} can release it.")
    end_claim(task)
    note_event(CaseVerb.RELEASED, case=task.case, task=task, actor=actor)
    record(actor, "workflow.task.released", task, case=str(task.case_id), step=task.step)
    return task


@transaction.atomic
def forward_task(*, actor: OfficerCard, task_id: UUID, to_card_id: UUID, note: str, version: int | None = None) -> Task:
    """Hand a task to another officer who may decide it: it becomes that officer's claim.

    Raises NotAllowed for whoever raised the case, has approved it already or does not hold the right. The same again
    changes nothing.
    """
    note = checked_text(note, most=REASON_LENGTH, empty="Say why you forward it, so that the next officer knows.")
    task = locked_task(task_id)
    whom = rules.check_may_act(actor, task, task.case)
    if task.is_claimed and task.claimed_by_id == to_card_id:
        return task
    rules.check_version(task, version)
    _check_can_be_claimed(task)
    rules.check_not_claimed_by_another(actor, task)
    if to_card_id == actor.pk:
        raise NotAllowed("Choose somebody else: you have this task already.")
    target = OfficerCard.objects.of_council(current_council().number).active().filter(pk=to_card_id).first()
    if target is None:
        raise NotAllowed("Choose an officer of this council.")
    reason = rules.why_not(target, task, task.case)
    if reason or not may(target, "workflow.complete_task"):
        raise NotAllowed(f"{target.work_name} may not decide on {task.reference}. Choose somebody who may.")
    _give(task, target)
    note_event(CaseVerb.FORWARDED, case=task.case, task=task, actor=actor, to=target, text=note, whom=whom)
    record(
        actor, "workflow.task.forwarded", task, case=str(task.case_id), step=task.step, to=str(target.pk),
        **standing.in_record(whom),
    )  # fmt: skip
    tell([target.pk], "task_forwarded", case_id=task.case_id, task_id=task.pk)
    return task


def may_be_forwarded_to(actor: OfficerCard, task: Task) -> list[OfficerCard]:
    """The others who may decide a task today, by name."""
    return list(_others_who_may_decide(actor, task).order_by("work_name"))


def can_be_forwarded(actor: OfficerCard, task: Task) -> bool:
    """Whether anybody else may decide a task today."""
    return _others_who_may_decide(actor, task).exists()


def _others_who_may_decide(actor: OfficerCard, task: Task) -> QuerySet[OfficerCard]:
    others = TaskCandidate.objects.of_this_room().filter(task=task).exclude(card_id=actor.pk).values("card_id")
    return OfficerCard.objects.of_council(current_council().number).active().filter(pk__in=others)


@transaction.atomic
def end_lapsed_claims(*, on: date | None = None) -> int:
    """End claims whose time is up, and of officers who may no longer decide. Gives how many; can run twice."""
    on = on or timezone.localdate()
    candidates = TaskCandidate.objects.of_this_room()
    holds = Exists(candidates.filter(task_id=OuterRef("pk"), card_id=OuterRef("claimed_by_id")))
    claimed = Task.objects.of_this_room().to_do().filter(claimed_by__isnull=False).annotate(holds=holds)
    keys = list(claimed.filter(Q(claim_ends_on__lt=on) | Q(holds=False)).values_list("pk", flat=True))
    ended = 0
    for key in keys:
        task = locked_task(key)
        if task.claimed_by_id is None or not _has_lapsed(task, on):
            # Released, or claimed anew, while this round went on.
            continue
        name = task.claimed_by_name
        end_claim(task)
        note_event(CaseVerb.CLAIM_ENDED, case=task.case, task=task, actor=None, to_name=name)
        record(None, "workflow.task.claim_ended", task, case=str(task.case_id), claimed_by=name)
        ended += 1
    return ended


def _has_lapsed(task: Task, on: date) -> bool:
    if task.claim_ends_on is not None and task.claim_ends_on < on:
        return True
    return not TaskCandidate.objects.of_this_room().filter(task=task, card_id=task.claimed_by_id).exists()


def end_claim(task: Task) -> None:
    """Nobody has the task in hand any more. The case is locked."""
    task.claimed_by, task.claimed_by_name, task.claimed_at, task.claim_ends_on = None, "", None, None
    task.version += 1
    task.save(update_fields=CLAIM)
    TaskCandidate.objects.of_this_room().filter(task=task, claimed_elsewhere=True).update(claimed_elsewhere=False)


def _give(task: Task, card: OfficerCard) -> None:
    task.claimed_by, task.claimed_by_name = card, card.work_name
    task.claimed_at, task.claim_ends_on = timezone.now(), claim_until(timezone.localdate())
    task.version += 1
    task.save(update_fields=CLAIM)
    candidates = TaskCandidate.objects.of_this_room().filter(task=task)
    candidates.exclude(card_id=card.pk).update(claimed_elsewhere=True)
    candidates.filter(card_id=card.pk).update(claimed_elsewhere=False)


def _check_can_be_claimed(task: Task) -> None:
    if task.kind != TaskKind.DECIDE:
        raise NotAllowed("A question is for the officer who was asked. Answer it.")
    if task.handled_at_subject:
        raise NotAllowed(f"{task.reference} waits for the officer who raised it, so nobody can claim it.")
