"""Who held a role at a moment in the past, from the record of roles given and ended."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from uuid import UUID

from shared_services.audit.models import AuditEntry

from .who import find_kind, find_resolver

EVENTS = (
    "accounts.officer.added",
    "accounts.role.granted",
    "accounts.role.ended",
    "accounts.officer.deactivated",
    "accounts.officer.reactivated",
)


class RoleHistory:
    """The holders of each role after every change, rebuilt once from the append-only record of this room."""

    def __init__(self) -> None:
        self._times: dict[str, list[datetime]] = {}
        self._holders: dict[str, list[frozenset[UUID]]] = {}
        self._read = False

    def holders_at(self, role: str, at: datetime) -> frozenset[UUID] | None:
        """The active officers with a role's key at a moment; None for a role that is found from the case itself."""
        if find_kind(role) is not None or find_resolver(role) is not None:
            return None
        if not self._read:
            self._rebuild()
        times = self._times.get(role, [])
        place = bisect_right(times, at)
        return self._holders[role][place - 1] if place else frozenset()

    def _rebuild(self) -> None:
        self._read = True
        roles: dict[UUID, set[str]] = {}
        active: dict[UUID, bool] = {}
        lines = AuditEntry.objects.filter(event__in=EVENTS).order_by("at", "pk")
        for at, event, subject_id, facts in lines.values_list("at", "event", "subject_id", "facts").iterator():
            card = UUID(subject_id)
            held = roles.setdefault(card, set())
            before = set(held) if active.get(card) else set()
            if event == "accounts.officer.added":
                held.update(facts.get("roles", []))
                active[card] = True
            elif event == "accounts.role.granted":
                held.add(facts["role"])
            elif event == "accounts.role.ended":
                held.discard(facts["role"])
            else:
                active[card] = event == "accounts.officer.reactivated"
            after = set(held) if active.get(card) else set()
            for role in before ^ after:
                self._mark(role, at, card, gained=role in after)

    def _mark(self, role: str, at: datetime, card: UUID, *, gained: bool) -> None:
        times = self._times.setdefault(role, [])
        holders = self._holders.setdefault(role, [])
        last = holders[-1] if holders else frozenset()
        times.append(at)
        holders.append(last | {card} if gained else last - {card})
