"""Questions finance officers ask of codes and balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate


class CodeQuerySet(models.QuerySet[Any]):
    """Cost centres and subjective codes, which open and close on dates."""

    def open_on(self, day: date) -> Self:
        """Codes that may be charged on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class CostCentreQuerySet(CodeQuerySet):
    def with_holders(self) -> Self:
        """Cost centres with their department and the name of whoever holds the budget today."""
        today = localdate()
        post = "budget_holder_post__appointments"
        return self.select_related("department").annotate(
            appointment=FilteredRelation(
                post,
                condition=(Q(**{f"{post}__to_on__isnull": True}) | Q(**{f"{post}__to_on__gte": today}))
                & Q(**{f"{post}__from_on__lte": today, f"{post}__acting": False}),
            ),
            holder_name=Coalesce("budget_holder__work_name", "appointment__card__work_name"),
        )

    def unheld(self) -> Self:
        """Of cost centres with their holders: those whose budget nobody holds today."""
        return self.filter(holder_name__isnull=True)


class VatRateQuerySet(models.QuerySet[Any]):
    def in_force(self, on: date) -> Self:
        """The rates of one day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class BudgetPositionQuerySet(models.QuerySet[Any]):
    def in_year(self, financial_year: int) -> Self:
        """Positions of one financial year."""
        return self.filter(financial_year=financial_year)

    def of_cost_centres(self, keys: Iterable[UUID]) -> Self:
        """Positions of some cost centres."""
        return self.filter(cost_centre_id__in=list(keys))

    def running_out(self) -> Self:
        """Positions with less than a tenth of their budget left."""
        return self.filter(budget_amount__gt=0, available_amount__lt=F("budget_amount") / 10)

    def with_codes(self) -> Self:
        """Positions with the names that a page shows."""
        return self.select_related("cost_centre__department", "subjective")


class CommitmentQuerySet(models.QuerySet[Any]):
    def with_codes(self) -> Self:
        """Commitments with the names that a page shows."""
        return self.select_related("cost_centre", "subjective")

    def live(self) -> Self:
        """Commitments that still take money out of the available balance."""
        return self.filter(released_at__isnull=True)
