"""Which councils there are and which host is whose: a map kept in the process for half a minute."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from .models import FIRST_SANDBOX_NUMBER, Council

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
    state: str = Council.State.LIVE
    state_since: datetime | None = None
    state_by: str = ""
    leaves_on: date | None = None

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

    @property
    def is_suspended(self) -> bool:
        """Nobody of the council signs in, and its jobs wait."""
        return self.state == Council.State.SUSPENDED

    @property
    def is_closed(self) -> bool:
        """The council has left: its administrators alone come in, to take away what is theirs."""
        return (
            self.state == Council.State.LEAVING
            and self.leaves_on is not None
            and self.leaves_on <= timezone.localdate()
        )

    @property
    def is_sandbox(self) -> bool:
        """A copy of a council's room to try things in: it shares nothing and writes to nobody."""
        return self.number >= FIRST_SANDBOX_NUMBER

    @property
    def is_partner(self) -> bool:
        """Whether the room works with the others: in votes, figures, joint purchases and the nightly jobs."""
        return not (self.is_suspended or self.is_closed or self.is_sandbox)

    def __str__(self) -> str:
        return self.name


_lock = threading.Lock()
_entries: tuple[CouncilEntry, ...] = ()
_by_host: dict[str, CouncilEntry] = {}
_moved: dict[str, tuple[CouncilEntry, date]] = {}
_read_at = float("-inf")


ROOMS_SQL = """
SELECT c.number, c.name, c.short_name, c.slug, c.code, c.colour, c.domain,
       array_remove(array_agg(h.domain ORDER BY h.is_primary DESC, h.domain) FILTER (WHERE h.redirects_until IS NULL), NULL),
       c.state, c.state_since, c.state_by, c.leaves_on,
       array_agg(h.domain) FILTER (WHERE h.redirects_until IS NOT NULL),
       array_agg(h.redirects_until) FILTER (WHERE h.redirects_until IS NOT NULL)
  FROM public.tenancy_council c
  LEFT JOIN public.tenancy_councilhost h ON h.tenant_id = c.number
 WHERE c.state = ANY(%s) GROUP BY c.number ORDER BY c.number
"""


def _read() -> tuple[tuple[CouncilEntry, ...], dict[str, tuple[CouncilEntry, date]]]:
    unset = connection.schema_name is None
    if unset:
        connection.set_schema_to_public()
    try:
        with connection.cursor() as cursor:
            cursor.execute(ROOMS_SQL, [[str(state) for state in Council.KEPT]])
            rows = cursor.fetchall()
    finally:
        if unset:
            connection.unset_tenant()
    entries, moved = [], {}
    for row in rows:
        number, name, short_name, slug, code, colour, domain, hosts, state, since, by, leaves_on, *old = row
        entry = CouncilEntry(
            number, name, short_name, slug, code, colour, domain, tuple(hosts or ()), state, since, by, leaves_on
        )
        entries.append(entry)
        moved.update({host: (entry, until) for host, until in zip(old[0] or (), old[1] or (), strict=True)})
    return tuple(entries), moved


def _fresh() -> tuple[CouncilEntry, ...]:
    global _entries, _by_host, _moved, _read_at
    if time.monotonic() - _read_at < LIFETIME_SECONDS:
        return _entries
    entries, moved = _read()
    with _lock:
        _entries = entries
        _by_host = {host: entry for entry in entries for host in entry.hosts}
        _moved = moved
        _read_at = time.monotonic()
    return entries


def forget() -> None:
    """Read the map afresh at the next question: provisioning and tests call this."""
    global _read_at
    _read_at = float("-inf")


def every_room() -> tuple[CouncilEntry, ...]:
    """The rooms that work together, the shared service first: not those that are suspended or have left, nor sandboxes."""
    return tuple(entry for entry in _fresh() if entry.is_partner)


def all_councils() -> tuple[CouncilEntry, ...]:
    """The councils that work together, without the shared service."""
    return tuple(entry for entry in every_room() if not entry.is_shared_service)


def rooms_at_work() -> tuple[CouncilEntry, ...]:
    """The rooms whose jobs are done: all that stand but those that are suspended."""
    return tuple(entry for entry in _fresh() if not entry.is_suspended)


def council_by_number(number: int) -> CouncilEntry | None:
    """The council of that number while its room stands, whatever its state: what it did stays readable."""
    return next((entry for entry in _fresh() if entry.number == number), None)


def council_by_slug(slug: str) -> CouncilEntry | None:
    return next((entry for entry in _fresh() if entry.slug == slug), None)


def council_by_host(host: str) -> CouncilEntry | None:
    """The room that answers at a host name (without its port), or None."""
    _fresh()
    return _by_host.get(host.lower().rstrip("."))


def moved_to(host: str) -> str | None:
    """Where the room answers now that answered at this host before, while the old name still leads there."""
    _fresh()
    entry, until = _moved.get(host.lower().rstrip("."), (None, None))
    return entry.host if entry is not None and until is not None and timezone.localdate() <= until else None
