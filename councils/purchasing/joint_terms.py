"""What a joint purchase changes on one council's own order: the supplier and the agreed prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from councils.finance.heads import HeadAmount, share_out
from councils.finance.selectors import Percentage

from .drafts import LineDraft
from .models import RequisitionLine
from .pricing import NOTHING, price_lines
from .querysets import Share


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """What this council agreed to for one requisition: the supplier, and each line's quantity and price."""

    supplier_name: str
    unit_prices: Mapping[UUID, Decimal]
    quantities: Mapping[UUID, Decimal]
    net_amount: Decimal
    vat_amount: Decimal


def apply_prices(lines: Sequence[RequisitionLine], unit_prices: Mapping[UUID, Decimal]) -> None:
    """Price the lines anew at the agreed prices, in memory: the requisition keeps its estimate."""
    # The rates of the approved requisition stand: this only changes prices.
    percentages = {line.vat_code: Percentage(line.vat_percent, line.cost_amount == line.net_amount) for line in lines}
    drafts = [
        LineDraft(line.description, line.quantity, unit_prices.get(line.pk, line.unit_price), line.unit, line.vat_code)
        for line in lines
    ]
    for line, draft, price in zip(lines, drafts, price_lines(drafts, percentages), strict=True):
        line.unit_price = draft.unit_price
        line.net_amount, line.vat_amount, line.gross_amount = price.net, price.vat, price.gross
        line.cost_amount = price.cost


def heads_to_charge(lines: Iterable[RequisitionLine], codings: Iterable[Share]) -> list[HeadAmount]:
    """What each head pays: the shares as coded, or in the same proportion where a line's cost has changed."""
    shares: dict[UUID, list[Share]] = defaultdict(list)
    for coding in codings:
        shares[coding.line_id].append(coding)
    heads = []
    for line in lines:
        coded = shares[line.pk]
        amounts = [coding.amount for coding in coded]
        if coded and sum(amounts) != line.cost_amount:
            weights = amounts if sum(amounts) else [Decimal(1)] * len(coded)
            amounts = share_out(line.cost_amount, weights)
        heads += [
            HeadAmount(coding.cost_centre_id, coding.subjective_id, amount)
            for coding, amount in zip(coded, amounts, strict=True)
            if amount > NOTHING
        ]
    return heads
