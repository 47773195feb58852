"""Budgets by period: how a year's amount is spread, and how a virement changes one period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from .heads import share_out
from .models import Budget
from .years import financial_year_of, period_of

PERIODS = range(1, 13)
Head = tuple[UUID, UUID]


def spread(amount: Decimal) -> list[Decimal]:
    """A year's amount over twelve periods, to the penny."""
    return share_out(amount, [Decimal(1)] * len(PERIODS))


def set_periods(financial_year: int, amounts: Mapping[Head, Decimal]) -> dict[Head, Decimal]:
    """Write the year's budget of each head over its periods; returns by how much each head's budget changed.

    The first amount is the original budget; a later one revises it and leaves the original standing.
    """
    known: dict[Head, dict[int, Budget]] = {}
    rows = Budget.objects.select_for_update().filter(
        financial_year=financial_year,
        cost_centre_id__in={head[0] for head in amounts},
        subjective_id__in={head[1] for head in amounts},
    )
    for row in rows.order_by("pk"):
        known.setdefault((row.cost_centre_id, row.subjective_id), {})[row.period] = row
    added, changed, differences = [], [], {}
    for head, amount in amounts.items():
        before = known.get(head, {})
        differences[head] = amount - sum((row.revised_amount for row in before.values()), Decimal(0))
        for period, share in zip(PERIODS, spread(amount), strict=True):
            if period in before:
                before[period].revised_amount = share
                changed.append(before[period])
            else:
                original = Decimal(0) if before else share
                added.append(
                    Budget(
                        financial_year=financial_year,
                        period=period,
                        cost_centre_id=head[0],
                        subjective_id=head[1],
                        original_amount=original,
                        revised_amount=share,
                    )
                )
    Budget.objects.bulk_create(added, batch_size=1000)
    Budget.objects.bulk_update(changed, ["revised_amount"], batch_size=500)
    return differences


def move_budget_between_periods(financial_year: int, *, giving: Head, taking: Head, amount: Decimal, on: date) -> None:
    """Move budget within the period of a day (period 1 for a year that has not begun, 12 for one that is over)."""
    today = financial_year_of(on)
    period = period_of(on) if today == financial_year else 1 if financial_year > today else 12
    for head, change in ((giving, -amount), (taking, amount)):
        Budget.objects.get_or_create(
            financial_year=financial_year, period=period, cost_centre_id=head[0], subjective_id=head[1]
        )
        Budget.objects.filter(
            financial_year=financial_year, period=period, cost_centre_id=head[0], subjective_id=head[1]
        ).update(revised_amount=F("revised_amount") + change)
