"""What follows by itself, in the shared service's room: a council has answered, given notice, or is due for a backup."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from ..choices import PORTAL, Kind, Status
from ..models import AccessGrant, Backup, Consent, LeaveNotice, Operation
from .asking import latest_backup, promise, send_off
from .register import removal_day
from .telling import tell_who_asked

State = Council.State


@transaction.atomic
def go_on() -> int:
    """Do what is due; gives how much it was. Safe to run at any time and twice."""
    return (
        _take_up_answers() + _close_access() + _take_up_notices() + _take_up_calls_back() + _remove_rooms()
        + _look_after_new_councils()
    )  # fmt: skip


@transaction.atomic
def back_up_nightly() -> int:
    """Promise a backup of every council, and a restore drill where the last is too old."""
    done = 0
    before = timezone.now() - timedelta(days=settings.BACKUP_KEEP_DAYS)
    nightly = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER, kind=Kind.BACK_UP, asked_by_name=PORTAL)
    # What is left of them after that is in the records.
    nightly.filter(status=Status.DONE, ended_at__lt=before).delete()
    if settings.BACKUP_NIGHTLY:
        for council in _councils():
            done += _promise_unless_open(Kind.BACK_UP, council, though_failed=True)
            if _drill_is_due(council) and (backup := latest_backup(council)):
                done += _promise_unless_open(Kind.DRILL, council, though_failed=True, backup=backup)
    return done


def _take_up_answers() -> int:
    """Councils that agreed or refused. The row is the council's own; what it says is only read here."""
    asked = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER, status=Status.ASKED)
    done = 0
    for operation in asked.select_for_update(of=("self",), skip_locked=True).select_related("council"):
        answers = list(
            Consent.objects.filter(owner_id__in=operation.rooms, operation_key=operation.pk).select_related("owner")
        )
        refused = next((one for one in answers if not one.agreed), None)
        if not answers or (refused is None and len(answers) < len(operation.rooms)):
            continue
        given = refused or max(answers, key=lambda one: one.decided_at)
        named = [given] if refused else sorted(answers, key=lambda one: operation.rooms.index(one.owner_id))
        several = len(operation.rooms) > 1
        operation.agreed_by_name = " and ".join(_in_words(one, named_council=several) for one in named)[:150]
        operation.agreed_at = given.decided_at
        if not given.agreed:
            operation.status, operation.ended_at, operation.cause = Status.REFUSED, timezone.now(), given.reason
            for number in operation.rooms:
                # One council's no answers for both.
                enqueue("operating.settle_notices", council=number, operation_id=operation.pk)
        elif operation.kind == Kind.ACCESS:
            operation.status, operation.started_at = Status.RUNNING, given.decided_at
        else:
            operation.status = Status.PROMISED
            send_off(operation)
        operation.save(update_fields=["agreed_by_name", "agreed_at", "status", "ended_at", "started_at", "cause"])
        record(None, f"operating.{operation.kind}.answered", operation, agreed=given.agreed)
        tell_who_asked(operation)
        done += 1
    return done


def _in_words(answer: Consent, *, named_council: bool) -> str:
    if named_council:
        return f"{answer.officer_name} for {answer.owner.short_name}"
    return ", ".join(part for part in (answer.officer_name, answer.officer_title) if part)


def _close_access() -> int:
    """Access that is over: ended by the council, or by the clock."""
    running = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER, kind=Kind.ACCESS, status=Status.RUNNING)
    done = 0
    for operation in running.select_for_update(of=("self",), skip_locked=True).select_related("council"):
        grant = AccessGrant.objects.filter(owner_id=operation.council_id, operation_key=operation.pk).first()
        over = grant.ended_at or (grant.ends_at if grant.ends_at <= timezone.now() else None) if grant else None
        if over is not None:
            operation.status, operation.ended_at = Status.DONE, over
            operation.save(update_fields=["status", "ended_at"])
            record(None, "operating.access.done", operation)
            done += 1
    return done


def _take_up_notices() -> int:
    due = LeaveNotice.objects.filter(withdrawn_at=None).exclude(agreed_by=None).exclude(owner=SHARED_SERVICE_NUMBER)
    done = 0
    for notice in due.filter(owner__leaves_on=None, owner__state__in=Council.KEPT).select_related("owner"):
        done += _promise_unless_open(
            Kind.LEAVE, notice.owner, asked_by_name=f"{notice.given_by_name} and {notice.agreed_by_name}",
            reason=notice.reason[:500], details={"notice": str(notice.pk)},
        )  # fmt: skip
    return done


def _take_up_calls_back() -> int:
    done = 0
    for council in Council.objects.exclude(leaves_on=None).filter(state__in=Council.KEPT):
        notices = LeaveNotice.objects.filter(owner_id=council.number)
        if notices.filter(withdrawn_at=None).exists():
            continue
        last = notices.order_by("-withdrawn_at").first()
        done += _promise_unless_open(Kind.CALL_BACK, council, asked_by_name=last.withdrawn_by_name if last else PORTAL)
    return done


def _remove_rooms() -> int:
    done = 0
    for council in Council.objects.filter(state__in=Council.KEPT, sandbox_of__state__in=[State.LEAVING, State.ENDED]):
        # The copy of a council that leaves goes with the council.
        done += _promise_unless_open(Kind.REMOVE, council)
    for council in Council.objects.filter(state=State.LEAVING).exclude(leaves_on=None):
        if removal_day(council.leaves_on) <= timezone.localdate():  # type: ignore[arg-type]
            done += _promise_unless_open(Kind.REMOVE, council)
    return done


def _look_after_new_councils() -> int:
    """A council that has just joined gets its first backup, and its first restore drill after it."""
    if not settings.BACKUP_NIGHTLY:
        return 0
    done = 0
    drilled = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER, kind=Kind.DRILL).values("council_id")
    for council in _councils().exclude(pk__in=drilled):
        backup = latest_backup(council)
        done += (
            _promise_unless_open(Kind.BACK_UP, council)
            if backup is None
            else _promise_unless_open(Kind.DRILL, council, backup=backup)
        )
    return done


def _drill_is_due(council: Council) -> bool:
    since = timezone.now() - timedelta(days=settings.DRILL_DAYS)
    return not Operation.objects.of(council.number).drills().filter(status=Status.DONE, ended_at__gte=since).exists()


def _promise_unless_open(
    kind: str, council: Council, *, though_failed: bool = False, backup: Backup | None = None, **more: Any
) -> int:
    """Promise it once. What failed is for a person to look at, unless it is tried anew but once a night."""
    if Operation.objects.of(council.number).open().filter(kind=kind).exists():
        return 0
    if not though_failed and _failed_last(kind, council):
        return 0
    promise(kind, council, backup=backup, **more)
    return 1


def _failed_last(kind: str, council: Council) -> bool:
    last = Operation.objects.of(council.number).filter(kind=kind).order_by("-asked_at").first()
    return last is not None and last.status == Status.FAILED


def _councils() -> Any:
    kept = Council.objects.filter(state__in=Council.KEPT, sandbox_of=None)
    return kept.exclude(pk=SHARED_SERVICE_NUMBER).order_by("number")
