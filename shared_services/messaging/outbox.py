"""Promise a job: the promise is kept from the moment this transaction commits."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import WrongRoom
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import registry
from .models import OutboxMessage

CHANNEL = "guildhall_outbox"
"""Wakes the relay. Every role may listen here, so a wake-up call never carries a word."""
LONGEST_TEXT = 200

Key = str | int | bool | uuid.UUID | date | None


class NotAKey(TypeError):
    """A job was given more than keys. The outbox is read by a role of no council, so it holds nothing else."""


def enqueue(
    task: str, /, council: Any = None, *, once: str = "", after: timedelta | None = None, **ids: Any
) -> uuid.UUID | None:
    """Ask for a task to run in a council's room once this transaction has committed.

    `council` is an entry, a Council or its number; the default is the room that is open. A council asks for
    itself only, the shared service for anyone. With `once`, a second promise while the first is open adds
    nothing and gives None. Raises UnknownTask for a name that no app registered.
    """
    keys = enqueue_all(task, [_number(council)], once=once, after=after, **ids)
    return keys[0] if keys else None


def enqueue_all(
    task: str, councils: Iterable[Any], /, *, once: str = "", after: timedelta | None = None, **ids: Any
) -> list[uuid.UUID]:
    """Ask for the same task in several councils' rooms: one promise each, in one statement."""
    return enqueue_each(task, [(council, ids) for council in councils], once=once, after=after)


def enqueue_each(
    task: str, wanted: Iterable[tuple[Any, Mapping[str, Any]]], /, *, once: str = "", after: timedelta | None = None
) -> list[uuid.UUID]:
    """Ask for a task many times, each in a council's room with keys of its own: one promise each, in one statement."""
    asking = current_council().number
    queue = registry.task(task).queue
    now = timezone.now()
    rows = []
    for council, ids in wanted:
        number = _number(council)
        if asking not in (number, SHARED_SERVICE_NUMBER):
            raise WrongRoom("A council asks for work in its own room only; the shared service asks for others.")
        parts = [] if number == asking else [SHARED_SERVICE_NUMBER]
        arguments = json.dumps({name: plain_key(name, value) for name, value in ids.items()})
        rows.append((new_key(), number, parts, task, arguments, queue, once, now, now + (after or timedelta())))
    if not rows:
        return []
    table = OutboxMessage._meta.db_table
    # One round trip: the row and the relay's wake-up call, which PostgreSQL delivers at commit.
    one = "(%s, %s, %s::smallint[], %s, %s::jsonb, %s, %s, %s, %s, 0, 0, '')"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            f"WITH promised AS (INSERT INTO public.{table} (id, owner_id, parts, task, arguments, queue, once_key,"
            f" created_at, due_at, sent_count, attempts, last_error) VALUES {', '.join([one] * len(rows))}"
            f" ON CONFLICT DO NOTHING RETURNING id) SELECT id, pg_notify('{CHANNEL}', '') FROM promised",
            [value for row in rows for value in row],
        )
        return [row[0] for row in cursor.fetchall()]


def plain_key(name: str, value: Any) -> Any:
    """A key as JSON. Raises NotAKey for anything that could describe a person or carry a document."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_key(name, item) for item in value]
    if isinstance(value, dict):
        return {str(part): plain_key(f"{name}.{part}", item) for part, item in value.items()}
    raise NotAKey(f"{name} is a {type(value).__name__}: a job is given keys and reads the rest in its own room.")


def _number(council: Any) -> int:
    if council is None:
        return current_council().number
    return council if isinstance(council, int) else int(council.number)
