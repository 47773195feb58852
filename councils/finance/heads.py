"""A head of account: one cost centre with one subjective code, and an amount on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class HeadAmount:
    """Pounds on one head."""

    cost_centre_id: UUID
    subjective_id: UUID
    amount: Decimal

    @property
    def head(self) -> tuple[UUID, UUID]:
        return self.cost_centre_id, self.subjective_id


def gathered(amounts: Iterable[HeadAmount]) -> list[HeadAmount]:
    """The same amounts with each head once, in a stable order."""
    totals: dict[tuple[UUID, UUID], Decimal] = {}
    for entry in amounts:
        totals[entry.head] = totals.get(entry.head, Decimal(0)) + entry.amount
    return [HeadAmount(*head, amount) for head, amount in sorted(totals.items())]


def share_out(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Split an amount to the penny in proportion to weights: the shares always add up to the total.

    Each share is rounded down, then the pennies left over go to the largest remainders, first come first served.
    """
    whole = sum(weights, Decimal(0))
    if not weights or whole <= 0:
        raise ValueError("An amount can only be shared over weights above zero.")
    pennies = total / PENNY
    return settle([pennies * weight / whole for weight in weights], total)


def settle(exact: list[Decimal], total: Decimal) -> list[Decimal]:
    """Round exact amounts (in pennies) so that they add up to a total: down, then pennies to the largest remainders."""
    shares = [int(part // 1) for part in exact]
    left = int(total / PENNY) - sum(shares)
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[:left]:
        shares[i] += 1
    return [PENNY * share for share in shares]
