"""The two statements that every approval queues on: lock the heads' positions, then move their totals.

Written in SQL because one statement serves any number of heads; the lock is taken in the order of the keys,
so two officers who charge the same heads in different orders wait for each other and never deadlock.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection

Head = tuple[UUID, UUID]
NOTHING = Decimal("0.00")

LOCK = """
    SELECT p.id, p.cost_centre_id, p.subjective_id, p.available_amount
      FROM finance_budgetposition p
      JOIN unnest(%s::uuid[], %s::uuid[]) AS h (cost_centre_id, subjective_id)
        ON h.cost_centre_id = p.cost_centre_id AND h.subjective_id = p.subjective_id
     WHERE p.financial_year = %s
     ORDER BY p.id
       FOR UPDATE OF p
"""
MOVE = """
    UPDATE finance_budgetposition p
       SET budget_amount = p.budget_amount + m.budget,
           reserved_amount = p.reserved_amount + m.reserved,
           committed_amount = p.committed_amount + m.committed,
           actual_amount = p.actual_amount + m.actual
      FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
        AS m (id, budget, reserved, committed, actual)
     WHERE p.id = m.id
"""


@dataclass(slots=True)
class Movement:
    """By how much the totals of one head change."""

    budget: Decimal = NOTHING
    reserved: Decimal = NOTHING
    committed: Decimal = NOTHING
    actual: Decimal = NOTHING

    @property
    def effect(self) -> Decimal:
        """What the available balance gains."""
        return self.budget - self.reserved - self.committed - self.actual


@dataclass(frozen=True, slots=True)
class Shortage:
    """A head that has less than it is asked for. `available` is None where it has no budget at all."""

    head: Head
    available: Decimal | None
    needed: Decimal


def move(financial_year: int, movements: dict[Head, Movement]) -> list[Shortage]:
    """Move the totals of some heads together, or move nothing and say which heads are short.

    A movement that leaves a balance no lower than it was is never short, whatever the balance.
    """
    heads = [head for head, movement in movements.items() if movement != Movement()]
    if not heads:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [[head[0] for head in heads], [head[1] for head in heads], financial_year])
        positions = {(row[1], row[2]): (row[0], row[3]) for row in cursor.fetchall()}
        shortages = []
        for head in heads:
            effect = movements[head].effect
            available = positions[head][1] if head in positions else None
            if available is None or (effect < 0 and available + effect < 0):
                shortages.append(Shortage(head, available, -effect))
        if shortages:
            return shortages
        changes = [movements[head] for head in heads]
        cursor.execute(
            MOVE,
            [
                [positions[head][0] for head in heads],
                [change.budget for change in changes],
                [change.reserved for change in changes],
                [change.committed for change in changes],
                [change.actual for change in changes],
            ],
        )
    return []
