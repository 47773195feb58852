"""The platform's operator asks: for what is done at once, and for what the council has to agree to first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from .. import rules
from ..choices import MERGERS, NEEDS_CONSENT, PORTAL, Kind, Status
from ..models import Backup, Consent, Operation
from .first import hold_answer
from .steps import lay_out_steps

CONFIRMED = (Kind.RESTORE, Kind.SUSPEND, Kind.RENAME, Kind.SUCCEED, Kind.CLONE, Kind.REMOVE, *MERGERS)


@transaction.atomic
def ask_for(
    *, actor: OfficerCard, kind: str, council_number: int, reason: str = "", confirmation: str = "",
    backup_id: UUID | None = None, details: dict[str, Any] | None = None,
) -> Operation:  # fmt: skip
    """Ask for one thing to be done to one council's room; the platform operator may.

    What reads or changes the council's data waits until the council agrees. The council reads of everything.
    """
    rules.check_may_operate(actor)
    council = rules.find_council(council_number)
    rules.check_state(kind, council)
    if kind in CONFIRMED:
        rules.check_confirmed(confirmation, council)
    if kind in CONFIRMED or kind == Kind.ACCESS:
        rules.check_reason(reason)
    details = dict(details or {})
    if kind == Kind.SUCCEED:
        rules.successor_of(council, details["gss_code"])
    if kind in (Kind.SUCCEED, Kind.RENAME):
        rules.check_web_name_is_free(details["slug"], council)
    if kind == Kind.ACCESS:
        rules.check_hours(details["hours"])
        details |= {"work_name": actor.work_name, "work_email": actor.work_email}
    if kind in MERGERS:
        details = merger_details(kind, council, int(details["predecessor"]))
    backup = rules.find_backup(council, backup_id) if kind == Kind.RESTORE else None
    if kind == Kind.DRILL:
        backup = latest_backup(council)
        if backup is None:
            raise NotAllowed(f"{council.name} has no backup yet. Take one first.", code="backup")
    return promise(kind, council, actor=actor, reason=reason.strip(), details=details, backup=backup)


def promise(
    kind: str, council: Council, *, actor: OfficerCard | None = None, asked_by_name: str = PORTAL, reason: str = "",
    details: dict[str, Any] | None = None, backup: Backup | None = None,
) -> Operation:  # fmt: skip
    """Write an operation down and promise it. Part of the caller's transaction, in the shared service's room."""
    # One at a time: the register's row cannot be locked from here, so the operations of the council are.
    open_one = Operation.objects.of(council.number).open().filter(kind=kind).select_for_update(of=("self",)).first()
    if open_one is not None:
        raise NotAllowed(
            f"“{open_one.get_kind_display()}” is asked for or under way already for {council.name}.", code="open"
        )
    waits = kind in NEEDS_CONSENT
    operation = Operation(
        owner_id=SHARED_SERVICE_NUMBER, parts=_parts(council, details), council=council, kind=kind,
        status=Status.ASKED if waits else Status.PROMISED, reason=reason, details=details or {}, backup=backup,
        asked_by_name=actor.work_name if actor else asked_by_name,
    )  # fmt: skip
    operation.save(force_insert=True)
    record(actor, f"operating.{kind}.asked", operation, reason=reason, **(details or {}))
    if actor is not None:
        _note_in_rooms(operation)
    if kind != Kind.ACCESS:
        lay_out_steps(operation)
    if not waits:
        send_off(operation)
    return operation


def merger_details(kind: str, council: Council, predecessor: int) -> dict[str, Any]:
    """What a take-over is asked with. What both councils sign is the report of the last trial, by its digest."""
    other = rules.predecessor_of(council, predecessor, kind)
    details = {"predecessor": other.number, "predecessor_name": other.name}
    mine = Operation.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, council=council, status=Status.DONE, details__predecessor=other.number
    ).order_by("-ended_at")
    merged = mine.filter(kind__in=[Kind.MERGE, Kind.UNMERGE]).first()
    is_merged = merged is not None and merged.kind == Kind.MERGE
    if kind == Kind.UNMERGE:
        if merged is None or not is_merged:
            raise NotAllowed(f"{council.name} has not taken over {other.name}.", code="state")
        return {**details, "merger": str(merged.pk)}
    if is_merged:
        raise NotAllowed(f"{council.name} has taken over {other.name} already.", code="state")
    if kind == Kind.MERGE:
        trial = mine.filter(kind=Kind.TRY_MERGER).first()
        if trial is None:
            raise NotAllowed("Try the take-over first: both councils sign what the trial found.", code="trial")
        if trial.figures["obstacles"]:
            raise NotAllowed(
                "The last trial found what has to be settled first. Both councils see it in their portals. Try again then.",
                code="trial",
            )
        details |= {"trial": str(trial.pk), "report": trial.figures["report"]}
    return details


def _parts(council: Council, details: dict[str, Any] | None) -> list[int]:
    predecessor = (details or {}).get("predecessor")
    return [council.number, *([predecessor] if predecessor else [])]


def _note_in_rooms(operation: Operation) -> None:
    for number in operation.rooms:
        enqueue("operating.note_in_room", council=number, operation_id=operation.pk)


def send_off(operation: Operation) -> None:
    """Promise the owner's worker the job."""
    enqueue("operating.do_operation", once=f"operating.do:{operation.pk}", operation_id=operation.pk)


@transaction.atomic
def withdraw(*, actor: OfficerCard, operation_id: UUID) -> Operation:
    """Take back what a council has not answered yet. Of a withdrawal and an answer at one time, one wins."""
    rules.check_may_operate(actor)
    hold_answer(operation_id)
    operation = _lock(operation_id)
    if operation.status != Status.ASKED:
        raise NotAllowed("Only what still waits for the council’s answer can be withdrawn.", code="state")
    given = list(
        Consent.objects.filter(owner_id__in=operation.rooms, operation_key=operation.pk).select_related("owner")
    )
    refused = [one for one in given if not one.agreed]
    if refused or len(given) == len(operation.rooms):
        one, said = (refused[0], "refused") if refused else (given[-1], "agreed")
        raise NotAllowed(f"{one.officer_name} of {one.owner.name} {said} already.", code="answered")
    operation.status, operation.ended_at = Status.WITHDRAWN, timezone.now()
    operation.save(update_fields=["status", "ended_at"])
    record(actor, f"operating.{operation.kind}.withdrawn", operation)
    _note_in_rooms(operation)
    return operation


@transaction.atomic
def try_again(*, actor: OfficerCard, operation_id: UUID) -> Operation:
    """Do once more what failed. What the council agreed to is agreed to for a week."""
    rules.check_may_operate(actor)
    operation = _lock(operation_id)
    if operation.status != Status.FAILED:
        return operation
    open_one = Operation.objects.of(operation.council_id).open().filter(kind=operation.kind)
    if open_one.exists():
        raise NotAllowed("The same is asked for or under way already.", code="open")
    operation.status, operation.cause, operation.ended_at = Status.PROMISED, "", None
    operation.save(update_fields=["status", "cause", "ended_at"])
    record(actor, f"operating.{operation.kind}.retried", operation)
    lay_out_steps(operation)
    send_off(operation)
    return operation


def latest_backup(council: Council) -> Backup | None:
    return Backup.objects.of(council.number).kept().order_by("-taken_at").first()


def _lock(operation_id: UUID) -> Operation:
    operations = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER).select_related("council")
    return operations.select_for_update(of=("self",)).get(pk=operation_id)
