"""Who holds a role for one case: the councils' apps register how to find out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
_permissions: dict[str, str] = {}


def decided_with(process: str, permission: str) -> None:
    """Register what an officer must be allowed to do to decide on a process's cases.

    Posts and budgets name who decides, and others may change those: the role that an administrator gave stays
    the second key. Whoever raised a case answers his own tasks without it.
    """
    _permissions[process] = permission


def permission_to_decide(process: str) -> str:
    """The permission that deciding on a process's cases asks for, or an empty text."""
    return _permissions.get(process, "")


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
    """How to find a role's holders. "budget_holder:LIB10" is the budget holder of that cost centre, whoever pays most."""
    name, _, cost_centre = role.partition(":")
    find = _resolvers.get(name)
    if find is None or not cost_centre:
        return find
    return lambda facts: find(replace(facts, cost_centre=cost_centre))


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


def role_in_matrix(role: str) -> tuple[str, str]:
    """A role as a line of the matrix names it, and the cost centre it is asked for: ("budget_holder", "LIB10")."""
    if find_kind(role) is not None:
        return role, ""
    name, _, cost_centre = role.partition(":")
    return name, cost_centre


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
