"""Who holds a role for one case: the councils' apps register how to find out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a resolver may know of a case: who asks, and which cost centre pays; never its text or files.

    Cases alike in these have the same holders, so one answer serves them all.
    """

    process: str
    requester_id: UUID
    cost_centre: str = ""


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
