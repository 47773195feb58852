"""Changes of one council's entry in the register, made by the schema's owner: suspend, resume, rename, leave, stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy import directory
from shared_services.tenancy.models import Council, CouncilHost
from shared_services.tenancy.owner import owner_connection

from .. import rules
from ..models import LeaveNotice, Operation
from .doing import finish, lock_room

State = Council.State


def do_suspend(operation: Operation, _board: StepBoard) -> None:
    """Close a room: its database login too, so that no process that still thinks it open gets in."""
    with transaction.atomic():
        council = lock_room(operation)
        if council.state != State.SUSPENDED:
            rules.check_can_be_suspended(council)
            _set(council, state=State.SUSPENDED, state_since=timezone.now(), state_by=operation.asked_by_name)
            _may_log_in(council.schema_name, False)
        directory.forget()
        finish(operation)
    _end_connections(council.schema_name)
    directory.forget()


def do_resume(operation: Operation, _board: StepBoard) -> None:
    """Open a suspended room again. Jobs that waited go on."""
    with transaction.atomic():
        council = lock_room(operation)
        state = State.LEAVING if council.leaves_on else State.LIVE
        _set(council, state=state, state_since=timezone.now(), state_by="")
        _may_log_in(council.schema_name, True)
        directory.forget()
        finish(operation)
    directory.forget()


def do_rename(operation: Operation, _board: StepBoard) -> None:
    """Give a council another name, web name or colour. Its earlier host leads to the new one for a time."""
    with transaction.atomic():
        council = lock_room(operation)
        before = council.slug
        _rename(council, operation.details)
        directory.forget()
        finish(operation, earlier_web_name=before)
    directory.forget()


def do_succeed(operation: Operation, _board: StepBoard) -> None:
    """Let a council go on as the one that the register names as its successor: same room, new entry and name."""
    details = dict(operation.details)
    with transaction.atomic():
        council = lock_room(operation)
        before = council.registered_id
        council.registered = rules.successor_of(council, details.pop("gss_code"))
        council.domain = council.registered.website_domain or council.domain
        council.save(update_fields=["registered", "domain"])
        _rename(council, details)
        directory.forget()
        finish(operation, succeeds=before, gss_code=council.registered_id)
    directory.forget()


def do_leave(operation: Operation, _board: StepBoard) -> None:
    """Enter the day on which the room is closed. Until then everything goes on."""
    with transaction.atomic():
        council = lock_room(operation)
        notice = LeaveNotice.objects.get(pk=operation.details["notice"], owner_id=council.number)
        leaves_on = max(notice.leaves_on, timezone.localdate())
        if notice.withdrawn_at is None and notice.agreed_by_id is not None:
            # The room is kept from the day on which it was closed, not from one that the notice names too late.
            parts = [room.number for room in directory.every_room() if room.number != council.number]
            LeaveNotice.objects.filter(pk=notice.pk).update(parts=parts)
            state = council.state if council.state == State.SUSPENDED else State.LEAVING
            _set(council, state=state, state_since=timezone.now(), leaves_on=leaves_on)
        directory.forget()
        finish(operation, leaves_on=leaves_on)
    directory.forget()


def do_call_back(operation: Operation, _board: StepBoard) -> None:
    """A council stays after all: until its room is removed nothing is lost."""
    with transaction.atomic():
        council = lock_room(operation)
        state = council.state if council.state == State.SUSPENDED else State.LIVE
        _set(council, state=state, state_since=timezone.now(), leaves_on=None)
        directory.forget()
        finish(operation)
    directory.forget()


def removal_day(leaves_on: date) -> date:
    """The first day on which the room of a council that left may be removed."""
    return leaves_on + timedelta(days=settings.LEAVING_KEEP_DAYS)


def _rename(council: Council, details: dict[str, Any]) -> None:
    rules.check_web_name_is_free(details["slug"], council)
    moved = details["slug"] != council.slug
    _set(
        council, name=details["name"], short_name=details["short_name"], slug=details["slug"],
        colour=details["colour"],
    )  # fmt: skip
    if not moved:
        return
    host = f"{council.slug}.{settings.BASE_HOST}"
    until = timezone.localdate() + timedelta(days=settings.OLD_HOST_DAYS)
    CouncilHost.objects.filter(tenant=council, redirects_until=None).exclude(domain=host).update(
        is_primary=False, redirects_until=until
    )
    CouncilHost.objects.update_or_create(
        domain=host, defaults={"tenant": council, "is_primary": True, "redirects_until": None}
    )


def _set(council: Council, **values: Any) -> None:
    for name, value in values.items():
        setattr(council, name, value)
    council.save(update_fields=list(values))


def _may_log_in(key: str, may: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {key} {'LOGIN' if may else 'NOLOGIN'}")


def _end_connections(key: str) -> None:
    """End what is logged in as the room. A role that may not log in gets no new one."""
    ending = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND datname = current_database()"
    )
    with owner_connection() as owner:
        try:
            owner.execute(ending, [key])
        except psycopg.errors.InsufficientPrivilege:
            # An owner that is no superuser ends them as a member of the role.
            owner.execute(f"GRANT {key} TO CURRENT_USER")
            owner.execute(ending, [key])
            owner.execute(f"REVOKE {key} FROM CURRENT_USER")
