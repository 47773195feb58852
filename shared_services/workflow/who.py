"""Who holds a role for one case: the councils' apps register how to find out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
