"""Asking past approvals again: do the lines of their day lead to the same approvers?

Each approval keeps the question that the matrix was asked, its answer and the holders of the day (basis.py).
Here the question is put again, to the lines as they were known at that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared_services.tenancy.door import current_council

from . import authority, holding_then
from .models import AuthorityRule, Decision
from .who import role_in_matrix

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """One past approval, asked again. `differences` is empty when everything leads to the same approver."""

    decision: Decision
    differences: list[str]
    recorded: bool = True

    @property
    def same(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """What replaying some days found; the approvals that differ, at most a page of them."""

    asked: int
    same: int
    unrecorded: int
    differing: list[Replayed]


def decisions_between(first: date | None, last: date | None) -> Any:
    found = Decision.objects.filter(owner_id=current_council().number, outcome="approve")
    if first:
        found = found.filter(at__date__gte=first)
    if last:
        found = found.filter(at__date__lte=last)
    return found.select_related("case").defer("case__state").order_by("at", "pk")


def replay(decisions: Iterable[Decision]) -> Iterator[Replayed]:
    """Put each approval's question again, to a matrix that is read once with its whole history."""
    asked = _Asked()
    for decision in decisions:
        if not decision.basis.get("lines"):
            yield Replayed(decision, [], recorded=False)
            continue
        yield Replayed(decision, [*_lines_differ(decision, asked), *_approver_differs(decision, asked)])


def summarise(first: date | None, last: date | None, *, shown: int = 100) -> ReplaySummary:
    """Replay all approvals of some days."""
    total = same = unrecorded = 0
    differing: list[Replayed] = []
    for one in replay(decisions_between(first, last).iterator(chunk_size=CHUNK)):
        total += 1
        if not one.recorded:
            unrecorded += 1
        elif one.same:
            same += 1
        elif len(differing) < shown:
            differing.append(one)
    return ReplaySummary(total, same, unrecorded, differing)


class _Asked:
    """The matrix of this room with its history, read once, and answers already given."""

    def __init__(self) -> None:
        self._lines: dict[str, list[AuthorityRule]] = {}
        self.roles = holding_then.RoleHistory()

    def lines_at(self, basis: dict[str, Any]) -> list[list[Any]]:
        decision_type = basis["decision_type"]
        if decision_type not in self._lines:
            self._lines[decision_type] = list(
                AuthorityRule.objects.of_this_room()
                .filter(decision_type=decision_type)
                .order_by("sequence", "amount_from", "pk")
            )
        at = datetime.fromisoformat(basis["at"])
        amount = Decimal(basis["amount"]) if basis["amount"] is not None else None
        in_force = [rule for rule in self._lines[decision_type] if authority.in_force_at(rule, at)]
        required = authority.pick(
            in_force, decision_type=decision_type, amount=amount, category=basis["category"],
            cost_centre=basis["cost_centre"],
        )  # fmt: skip
        return [[str(one.rule.pk), one.role, one.needed] for one in required]


def _lines_differ(decision: Decision, asked: _Asked) -> Iterator[str]:
    recorded = decision.basis["lines"]
    now = asked.lines_at(decision.basis)
    if decision.basis["decision_type"] in authority.JOINT_PROCESSES:
        now = now[-1:]
    if now != recorded:
        yield f"The lines of that day ask for {_spoken(now)}; the approval stood on {_spoken(recorded)}."
    if role_in_matrix(decision.role)[0] not in [role for _key, role, _needed in recorded]:
        yield f"No line that it stood on asks for {authority.role_in_text(decision.role)}."


def _approver_differs(decision: Decision, asked: _Asked) -> Iterator[str]:
    basis = decision.basis
    holders = set(basis.get("holders", []))
    whom = str(decision.for_card_id or decision.card_id)
    if whom not in holders.union(basis.get("above", [])):
        yield f"{decision.for_card_name or decision.card_name} was not among the holders of the day."
    if decision.card_id == decision.case.requester_id:
        yield f"{decision.card_name} raised the case himself."
    then = asked.roles.holders_at(decision.role, decision.at)
    if then is not None and {str(card) for card in then} != holders:
        yield "The record of roles given and ended names other holders for that moment."


def _spoken(lines: list[list[Any]]) -> str:
    if not lines:
        return "nobody"
    return ", then ".join(
        f"{needed} × {authority.role_in_text(role)}" if needed > 1 else authority.role_in_text(role)
        for _key, role, needed in lines
    )
