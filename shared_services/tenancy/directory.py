"""Which councils there are and which host is whose: a map kept in the process for half a minute."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from django.db import connection

LIFETIME_SECONDS = 30


@dataclass(frozen=True)
class CouncilEntry:
    """A room as the rest of the code knows it. Safe to keep: it holds nothing of the council's data."""

    number: int
    name: str
    short_name: str
    slug: str
    code: str
    colour: str
    domain: str
    hosts: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        """The name of the room's schema, role, cache keys and folder: c0001."""
        return f"c{self.number:04d}"

    @property
    def schema_name(self) -> str:
        return self.key

    @property
    def pk(self) -> int:
        return self.number

    @property
    def is_shared_service(self) -> bool:
        return self.number == 0

    @property
    def host(self) -> str:
        return self.hosts[0] if self.hosts else ""

    def __str__(self) -> str:
        return self.name


_lock = threading.Lock()
_entries: tuple[CouncilEntry, ...] = ()
_by_host: dict[str, CouncilEntry] = {}
_read_at = float("-inf")


def _read() -> tuple[CouncilEntry, ...]:
    unset = connection.schema_name is None
    if unset:
        connection.set_schema_to_public()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT c.number, c.name, c.short_name, c.slug, c.code, c.colour, c.domain,
                       array_remove(array_agg(h.domain ORDER BY h.is_primary DESC, h.domain), NULL)
                  FROM public.tenancy_council c
                  LEFT JOIN public.tenancy_councilhost h ON h.tenant_id = c.number
                 WHERE c.state = 'live' GROUP BY c.number ORDER BY c.number
                """
            )
            return tuple(
                CouncilEntry(number, name, short_name, slug, code, colour, domain, tuple(hosts))
                for number, name, short_name, slug, code, colour, domain, hosts in cursor.fetchall()
            )
    finally:
        if unset:
            connection.unset_tenant()


def _fresh() -> tuple[CouncilEntry, ...]:
    global _entries, _by_host, _read_at
    if time.monotonic() - _read_at < LIFETIME_SECONDS:
        return _entries
    entries = _read()
    with _lock:
        _entries = entries
        _by_host = {host: entry for entry in entries for host in entry.hosts}
        _read_at = time.monotonic()
    return entries


def forget() -> None:
    """Read the map afresh at the next question: provisioning and tests call this."""
    global _read_at
    _read_at = float("-inf")


def every_room() -> tuple[CouncilEntry, ...]:
    """All live rooms, the shared service first."""
    return _fresh()


def all_councils() -> tuple[CouncilEntry, ...]:
    """All live councils, without the shared service."""
    return tuple(entry for entry in _fresh() if not entry.is_shared_service)


def council_by_number(number: int) -> CouncilEntry | None:
    return next((entry for entry in _fresh() if entry.number == number), None)


def council_by_slug(slug: str) -> CouncilEntry | None:
    return next((entry for entry in _fresh() if entry.slug == slug), None)


def council_by_host(host: str) -> CouncilEntry | None:
    """The room that answers at a host name (without its port), or None."""
    _fresh()
    return _by_host.get(host.lower().rstrip("."))
