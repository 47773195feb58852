"""Who holds a role for one case: the councils' apps register how to find out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a resolver may know of a case: routing facts only, never its text or files."""

    process: str
    requester_id: UUID
    amount: Decimal | None = None
    category: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def cost_centre(self) -> str:
        return str(self.facts.get("cost_centre", ""))


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
