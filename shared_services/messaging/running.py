"""Do a promised job: in its room, once, and say so in the same transaction as its work."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import registry
from .causes import cause_of
from .models import OutboxMessage

log = logging.getLogger("guildhall.jobs")
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
TOGETHER = 50
"""So many pieces of a long job are done in one transaction at most: nobody waits long for one of them."""


class WrongJob(Exception):
    """A message from the broker does not match what was promised."""


def run_promised(*, task_name: str, council_number: int, message_id: UUID | str) -> bool:
    """Do the job of one outbox row. Gives False when it is done already, someone else is at it or its council is suspended.

    The broker is only told keys: what runs, and with which arguments, is read from the row itself. The job
    and its mark "done" commit together, so a worker that dies in between has done neither.
    """
    _check_process(task_name, council_number)
    if _waits(council_number):
        return False
    try:
        if _tells_somebody(task_name, council_number):
            return _leave_undone(council_number, message_id)
        if registry.task(task_name).queue == registry.OWNER:
            return _run_as_owner(task_name, council_number, message_id)
        if registry.task(task_name).pieces is not None:
            return _run_in_pieces(task_name, council_number, message_id)
        if registry.task(task_name).call is not None:
            return _run_with_a_call(task_name, council_number, message_id)
        with inside_council(council_number):
            message = _take_up(task_name, council_number, message_id)
            if message is None:
                return False
            entry = registry.task(task_name)
            entry.function(**entry.arguments(message.arguments))
            _mark_done(message_id)
        return True
    except WrongJob:
        raise
    except registry.UnderWay:
        return False
    except Exception as error:
        log.exception("job %s of %s failed", task_name, council_number)
        _record_failure(task_name, council_number, message_id, error)
        raise


def _check_process(task_name: str, council_number: int) -> None:
    """The schema's owner passes every policy, so it does its own jobs and no others, promised by the shared service.

    A room writes its rows of the outbox itself and could name any queue in them. Raises WrongJob.
    """
    for_owner = registry.task(task_name).queue == registry.OWNER
    if for_owner != (settings.WALL_MODE == "owner"):
        whose = "done by the owner’s worker only" if for_owner else "not a job of the owner"
        raise WrongJob(f"{task_name} is {whose}.")
    if for_owner and council_number != SHARED_SERVICE_NUMBER:
        raise WrongJob(f"{task_name} is promised by the shared service only.")


def _waits(council_number: int) -> bool:
    """Whether the council is suspended: its jobs stay open and go on when it is not."""
    council = directory.council_by_number(council_number)
    return council is not None and council.is_suspended


def _tells_somebody(task_name: str, council_number: int) -> bool:
    """Whether a sandbox would write to somebody: mails of its business and calls to other systems go to nobody."""
    council = directory.council_by_number(council_number)
    return (
        council is not None
        and council.is_sandbox
        and registry.task(task_name).queue in (registry.NOTICES, registry.WEBHOOKS)
    )


def _leave_undone(council_number: int, message_id: UUID | str) -> bool:
    with inside_council(council_number):
        if OutboxMessage.objects.take(message_id=message_id, council_number=council_number) is not None:
            _mark_done(message_id)
    return False


def _take_up(task_name: str, council_number: int, message_id: UUID | str) -> OutboxMessage | None:
    """Lock the row of a job in its room; None when it is done or another worker is at it. Raises WrongJob for another's row."""
    message = OutboxMessage.objects.take(message_id=message_id, council_number=council_number)
    if message is not None and message.task != task_name:
        raise WrongJob(f"Job {message_id} is not a {task_name}.")
    return message


def _mark_done(message_id: UUID | str) -> None:
    OutboxMessage.objects.filter(pk=message_id).update(done_at=timezone.now(), last_error="")


def _run_as_owner(task_name: str, council_number: int, message_id: UUID | str) -> bool:
    """A job that makes or changes a room. It is promised in one room and opens its own doors, one after another.

    Two workers may be at it at once after a relay's second sending, so it locks what it works on and looks whether
    that is done. Raises WrongJob in a process that is not the owner's.
    """
    if settings.WALL_MODE != "owner":
        raise WrongJob(f"{task_name} is done by the owner’s worker only.")
    with inside_council(council_number):
        message = _take_up(task_name, council_number, message_id)
        if message is None:
            return False
        entry = registry.task(task_name)
        arguments = entry.arguments(message.arguments)
    entry.function(**arguments)
    with inside_council(council_number):
        _mark_done(message_id)
    return True


def _run_with_a_call(task_name: str, council_number: int, message_id: UUID | str) -> bool:
    """A job that speaks to another's server: however slow that is, no transaction is open and no row locked meanwhile.

    The function sees to it that two workers do not call at once, by raising UnderWay. The answer is written down in the
    transaction that marks the job done: a worker that dies in between leaves it to be done again.
    """
    entry = registry.task(task_name)
    assert entry.call is not None and entry.afterwards is not None
    with inside_council(council_number):
        message = _take_up(task_name, council_number, message_id)
        if message is None:
            return False
        prepared = entry.function(**entry.arguments(message.arguments))
        if prepared is None:
            _mark_done(message_id)
            return True
    answer = entry.call(prepared)
    with inside_council(council_number):
        if OutboxMessage.objects.take(message_id=message_id, council_number=council_number) is None:
            return False
        entry.afterwards(prepared, answer)
        _mark_done(message_id)
    return True


def _run_in_pieces(task_name: str, council_number: int, message_id: UUID | str) -> bool:
    """A long job, each piece in a transaction of its own, or many in one. Its row is marked when all have been tried.

    Two workers may be at it at once after a relay's second sending, so a piece must be safe to repeat, or raise
    UnderWay: the job then stays open, and is taken up again when the worker that is at it dies.
    """
    entry = registry.task(task_name)
    assert entry.pieces is not None
    with inside_council(council_number):
        message = _take_up(task_name, council_number, message_id)
        if message is None:
            return False
        pieces = entry.pieces(**entry.arguments(message.arguments))
    for keys in _done_alone(entry, council_number, pieces):
        try:
            with inside_council(council_number):
                entry.function(**keys)
        except registry.UnderWay:
            raise
        except Exception as error:
            log.exception("a piece of job %s of %s failed", task_name, council_number)
            if entry.when_it_fails is not None:
                with inside_council(council_number):
                    entry.when_it_fails(error=error, final=True, **keys)
    with inside_council(council_number):
        _mark_done(message_id)
    return True


def _done_alone(
    entry: registry.RegisteredTask, council_number: int, pieces: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The pieces that are left when those that can be were done together: all of a bunch in which one fails."""
    if entry.together is None:
        yield from pieces
        return
    for start in range(0, len(pieces), TOGETHER):
        bunch = pieces[start : start + TOGETHER]
        try:
            with inside_council(council_number):
                bunch = entry.together(bunch)
        except Exception:
            log.warning("%s pieces of %s of %s are tried alone", len(bunch), entry.name, council_number, exc_info=True)
        yield from bunch


def run_from_schedule(*, task_name: str, council_number: int, arguments: dict[str, Any]) -> None:
    """Do a job that the schedule asks for directly. Only tasks that say they may be asked so."""
    _check_process(task_name, council_number)
    entry = registry.task(task_name)
    if not entry.from_schedule:
        raise WrongJob(f"{task_name} runs only when it has been promised in the outbox.")
    with inside_council(council_number):
        entry.function(**entry.arguments(arguments))


def run_waiting(*, limit: int = 10_000) -> int:
    """Do every open job here and now, room by room: for demo data, tests and a machine without workers.

    The owner's jobs are done in an owner's process and left alone in any other; the owner does no others.
    """
    owners = Q(task__in=[entry.name for entry in registry.all_tasks() if entry.queue == registry.OWNER])
    wanted = owners & Q(owner_id=SHARED_SERVICE_NUMBER) if settings.WALL_MODE == "owner" else ~owners
    done = 0
    again = True
    while again and done < limit:
        again = False
        for council in directory.rooms_at_work():
            with inside_council(council):
                waiting = list(
                    OutboxMessage.objects.open()
                    .filter(wanted, owner_id=council.number, attempts=0, due_at__lte=timezone.now())
                    .order_by("created_at")
                    .values_list("pk", "task")
                )
            for message_id, task_name in waiting:
                try:
                    is_done = run_promised(task_name=task_name, council_number=council.number, message_id=message_id)
                    done, again = done + is_done, again or is_done
                except Exception:  # noqa: S112 - recorded on its row, and one council's failure stops no other
                    continue
    return done


def _record_failure(task_name: str, council_number: int, message_id: UUID | str, error: Exception) -> None:
    """Keep the cause on the row and try again later, or give up after the task's last attempt."""
    entry = registry.task(task_name)
    with inside_council(council_number):
        message = OutboxMessage.objects.take(message_id=message_id, council_number=council_number)
        if message is None:
            return
        attempts = message.attempts + 1
        # A rule that says no will say no again; anything else may pass.
        final = attempts >= entry.max_attempts or (isinstance(error, NotAllowed) and not isinstance(error, Stale))
        OutboxMessage.objects.filter(pk=message.pk).update(
            attempts=attempts,
            last_error=cause_of(error),
            due_at=timezone.now() + pause_after(attempts),
            gave_up_at=timezone.now() if final else None,
        )
        if entry.when_it_fails is not None:
            entry.when_it_fails(error=error, final=final, **entry.arguments(message.arguments))


def pause_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt: longer each time, never two councils in step."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
