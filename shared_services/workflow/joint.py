"""What a joint case needs to know of each council: the apps that own the process say how to find out.

A joint case belongs to the shared service; each council decides its own task in its own room. The workflow
asks four things, and a process that answers none of them runs without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared_services.access.models import OfficerCard

    from .models import Case, Task


@dataclass(frozen=True, slots=True)
class HomeDecision:
    """A council's answer to a joint case, as its own room is told of it: in the transaction of the decision."""

    case: Case
    task: Task
    actor: OfficerCard
    outcome: str
    for_name: str = ""
    """The colleague for whom a deputy decided."""


ShareOf = Callable[["Case", int], "Decimal | None"]
OwnInterest = Callable[["Case"], "set[UUID]"]
OnDecision = Callable[[HomeDecision], None]
TakeIn = Callable[["Case"], None]

_shares: dict[str, ShareOf] = {}
_interests: dict[str, OwnInterest] = {}
_decisions: dict[str, OnDecision] = {}
_reports: dict[str, TakeIn] = {}


def council_share(process: str) -> Callable[[ShareOf], ShareOf]:
    """Register what one council's own part of a case comes to: asked for its inbox and its authority matrix."""
    return _registering(_shares, process)


def own_interest(process: str) -> Callable[[OwnInterest], OwnInterest]:
    """Register whose own request a case would serve in this room: those officers may not decide on it."""
    return _registering(_interests, process)


def on_decision(process: str) -> Callable[[OnDecision], OnDecision]:
    """Register what this council's room keeps of its own decision. Raising NotAllowed undoes the decision."""
    return _registering(_decisions, process)


def take_in_reports(process: str) -> Callable[[TakeIn], TakeIn]:
    """Register how the owner's room takes in what councils reported of their part. Can run twice."""
    return _registering(_reports, process)


def _registering(known: dict[str, Any], process: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        before = known.get(process)
        if before is not None and before.__qualname__ != function.__qualname__:
            raise ValueError(f"{process} has two answers: {before.__qualname__} and {function.__qualname__}.")
        known[process] = function
        return function

    return register


def share_of(case: Case, council: int) -> Decimal | None:
    """What the council's own part of a joint case comes to; the case's amount where nobody says otherwise."""
    find = _shares.get(case.process)
    found = find(case, council) if find is not None else None
    return case.amount if found is None else found


def interested(case: Case) -> set[UUID]:
    """Officers of this room whose own request a joint case would serve."""
    find = _interests.get(case.process)
    return find(case) if find is not None else set()


def tell_home(decision: HomeDecision) -> None:
    """Let this council's room keep what was decided."""
    keep = _decisions.get(decision.case.process)
    if keep is not None:
        keep(decision)


def take_in(case: Case) -> None:
    """Let the owner's room take in what councils reported."""
    read = _reports.get(case.process)
    if read is not None:
        read(case)
