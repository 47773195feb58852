"""The one door into a council: room, role and transaction, opened and closed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, transaction

from . import directory
from .directory import CouncilEntry
from .errors import NoCouncil, RoomSwitch

Chunk = TypeVar("Chunk")


def current_council() -> CouncilEntry:
    """The council whose room is open. Raises NoCouncil outside every room."""
    entry = connection.tenant
    if not isinstance(entry, CouncilEntry):
        raise NoCouncil("No council’s room is open.")
    return entry


def _entry(council: Any) -> CouncilEntry:
    if isinstance(council, CouncilEntry):
        return council
    number = council if isinstance(council, int) else council.number
    entry = directory.council_by_number(number)
    if entry is None:
        raise NoCouncil(f"There is no live council number {number}.")
    return entry


@contextmanager
def inside_council(council: Any) -> Iterator[CouncilEntry]:
    """Do work in one council's room, as its role, in one transaction.

    `council` is an entry, a Council or its number. Entering the room that is already open joins its
    transaction; entering another raises RoomSwitch. Let ids and plain values leave the block, never
    querysets or instances.
    """
    entry = _entry(council)
    outer = getattr(connection, "door", None)
    if outer is not None:
        if outer.number != entry.number:
            raise RoomSwitch("One transaction serves one room; leave it before entering another.")
        yield entry
        return
    if hasattr(connection, "drop_if_dead"):
        connection.drop_if_dead()
    before = (connection.tenant, connection.schema_name)
    connection.set_tenant(entry)
    connection.door = entry
    try:
        with transaction.atomic():
            yield entry
    finally:
        connection.door = None
        _leave(before)


def _leave(before: tuple[Any, str | None]) -> None:
    tenant, schema = before
    if connection.in_atomic_block and tenant is not None:
        connection.set_tenant(tenant)
    elif hasattr(connection, "unset_tenant"):
        connection.unset_tenant()
    else:
        connection.set_schema_to_public()


def streamed(produce: Callable[[], Iterator[Chunk]]) -> Iterator[Chunk]:
    """Stream a response from the room that is open now: the stream runs in a transaction of its own.

    A response body is read after the request's transaction has ended, so it must come back in by the door.
    """
    entry = current_council()

    def stream() -> Iterator[Chunk]:
        with inside_council(entry):
            yield from produce()

    return stream()
