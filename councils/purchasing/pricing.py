"""What a line costs, and how its cost is split: arithmetic to the penny, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from councils.finance.heads import PENNY, settle, share_out
from councils.finance.selectors import Percentage
from shared_services.tenancy.errors import NotAllowed

from .drafts import CodingDraft, LineDraft

HUNDRED = Decimal(100)
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Price:
    """A line's amounts. `cost` is what budgets bear: net, or gross where the VAT cannot be recovered."""

    percent: Decimal
    net: Decimal
    vat: Decimal
    cost: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def to_the_penny(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, ROUND_HALF_UP)


def price_lines(lines: Sequence[LineDraft], percentages: Mapping[str, Percentage]) -> list[Price]:
    """Price every line. VAT is rounded once per rate over the whole document and shared out over its lines."""
    nets = [to_the_penny(line.quantity * line.unit_price) for line in lines]
    vats = [NOTHING] * len(lines)
    for code in {line.vat_code for line in lines}:
        percent = percentages[code].percent
        at = [i for i, line in enumerate(lines) if line.vat_code == code]
        # In pennies: pounds by a percentage.
        exact = [nets[i] * percent for i in at]
        for i, vat in zip(at, settle(exact, to_the_penny(sum(exact) / HUNDRED)), strict=True):
            vats[i] = vat
    return [
        Price(
            percent=percentages[line.vat_code].percent,
            net=net,
            vat=vat,
            cost=net if percentages[line.vat_code].recoverable else net + vat,
        )
        for line, net, vat in zip(lines, nets, vats, strict=True)
    ]


def split_cost(cost: Decimal, codings: Sequence[CodingDraft], *, line: int) -> list[Decimal]:
    """The pounds of each share of a line: they always add up to its cost. Raises NotAllowed when they cannot.

    One share without a figure takes the whole line; otherwise all shares are in percent, or all in pounds.
    """
    if len(codings) == 1 and codings[0].percent is None and codings[0].amount is None:
        return [cost]
    if all(coding.percent is not None and coding.amount is None for coding in codings):
        percents = [coding.percent or NOTHING for coding in codings]
        if min(percents) <= 0:
            raise NotAllowed(f"Line {line}: every share must be above 0%.", code="split")
        whole = sum(percents, NOTHING)
        if whole != HUNDRED:
            raise NotAllowed(
                f"Line {line}: the shares add up to {whole.normalize():f}%. Change them to add up to 100%.",
                code="split",
            )
        return share_out(cost, percents)
    if all(coding.amount is not None and coding.percent is None for coding in codings):
        amounts = [coding.amount or NOTHING for coding in codings]
        if min(amounts) < 0 or any(amount != to_the_penny(amount) for amount in amounts):
            raise NotAllowed(f"Line {line}: enter each share in pounds and pence, like 125.50.", code="split")
        if sum(amounts) != cost:
            raise NotAllowed(
                f"Line {line}: the shares add up to £{sum(amounts):,.2f}. Change them to add up to £{cost:,.2f}.",
                code="split",
            )
        return amounts
    raise NotAllowed(f"Line {line}: give every share a percentage, or every share an amount in pounds.", code="split")
