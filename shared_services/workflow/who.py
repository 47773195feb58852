"""Who holds a role for one case: the councils' apps register how to find out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared_services.tenancy.door import current_council


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a resolver may know of a case: who asks, and which cost centre pays; never its text or files.

    Cases alike in these have the same holders, so one answer serves them all.
    """

    process: str
    requester_id: UUID
    cost_centre: str = ""
    on: date | None = None
    """The day that is asked about; today when none is given."""


Resolver = Callable[[CaseFacts], "set[UUID]"]
_resolvers: dict[str, Resolver] = {}


def resolver(role: str) -> Callable[[Resolver], Resolver]:
    """Register how to find the officers who hold `role` for a case; returns ids of officer cards.

    A role without a resolver is held by every active officer of the council with that role key.
    """

    def register(function: Resolver) -> Resolver:
        known = _resolvers.get(role)
        if known is not None and known.__qualname__ != function.__qualname__:
            raise ValueError(f"Two resolvers answer for {role}.")
        _resolvers[role] = function
        return function

    return register


def find_resolver(role: str) -> Resolver | None:
    return _resolvers.get(role)


@dataclass(frozen=True, slots=True)
class RoleKind:
    """A kind of role with a key of its own after a colon: "post:" and the key of a post."""

    holders: Callable[[str, date], set[UUID]]
    label: Callable[[str], str]
    choices: Callable[[], list[tuple[str, str]]]


_kinds: dict[str, RoleKind] = {}


def role_kind(
    prefix: str,
    *,
    holders: Callable[[str, date], set[UUID]],
    label: Callable[[str], str],
    choices: Callable[[], list[tuple[str, str]]],
) -> None:
    """Register a kind of role: who holds one on a day, what it is called, and which there are."""
    _kinds[prefix] = RoleKind(holders, label, choices)


def find_kind(role: str) -> tuple[RoleKind, str] | None:
    """The kind of a role like "post:...", and the key after its colon; None for a plain role."""
    prefix, colon, key = role.partition(":")
    return (_kinds[prefix], key) if colon and prefix in _kinds else None


def kind_choices() -> list[tuple[str, str]]:
    """Every role of every kind, for forms."""
    return [(f"{prefix}:{key}", label) for prefix, kind in _kinds.items() for key, label in kind.choices()]


Absent = Callable[["set[UUID]", date], "set[UUID]"]
Managers = Callable[[UUID, date], "set[UUID]"]
_absences: list[Absent] = []
_managers: list[Managers] = []


def absence_finder(find: Absent) -> Absent:
    """Register who of some officers is away on a day: people knows approved leave."""
    if find not in _absences:
        _absences.append(find)
    return find


def manager_finder(find: Managers) -> Managers:
    """Register who manages an officer on a day."""
    if find not in _managers:
        _managers.append(find)
    return find


def absent_among(cards: set[UUID], on: date) -> set[UUID]:
    """Those of some officers who are away on a day. The shared service keeps no leave."""
    if not cards or current_council().is_shared_service:
        return set()
    return set().union(*(find(cards, on) for find in _absences))


def managers_of(card: UUID, on: date) -> set[UUID]:
    """Whoever manages an officer on a day. The shared service keeps no posts."""
    if current_council().is_shared_service:
        return set()
    return set().union(*(find(card, on) for find in _managers))
