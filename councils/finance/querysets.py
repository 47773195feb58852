"""Questions finance officers ask of codes and balances."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q


class CodeQuerySet(models.QuerySet):
    """Cost centres and subjective codes, which open and close on dates."""

    def open_on(self, day: date) -> Self:
        """Codes that may be charged on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class VatRateQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        """The rates of one day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class BudgetPositionQuerySet(models.QuerySet):
    def in_year(self, financial_year: int) -> Self:
        """Positions of one financial year."""
        return self.filter(financial_year=financial_year)

    def with_codes(self) -> Self:
        """Positions with the names that a page shows."""
        return self.select_related("cost_centre__department", "subjective")


class CommitmentQuerySet(models.QuerySet):
    def live(self) -> Self:
        """Commitments that still take money out of the available balance."""
        return self.filter(released_at__isnull=True)
