"""Questions about employments and leave in the council's own words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from .choices import LIVE_STATUSES, LeaveStatus

if TYPE_CHECKING:
    from .models import Employment


class EmploymentQuerySet(QuerySet):
    def current(self, *, on: date) -> Self:
        return self.filter(Q(end_on__isnull=True) | Q(end_on__gte=on), start_on__lte=on)

    def in_period(self, first: date, last: date) -> Self:
        """Employments with at least one day between two days."""
        return self.filter(Q(end_on__isnull=True) | Q(end_on__gte=first), start_on__lte=last)

    def of_card(self, card_id: UUID) -> Self:
        return self.filter(card_id=card_id)

    def without_hours(self, *, on: date) -> Self:
        """Employments whose first working pattern begins after a day, or that have none."""
        from .models import WorkingPattern

        begun = WorkingPattern.objects.filter(employment_id=OuterRef("pk"), from_on__lte=on)
        return self.exclude(Exists(begun))


class LeaveLedgerQuerySet(QuerySet):
    def of_year(self, employment: Employment, leave_type_id: UUID, leave_year_on: date) -> Self:
        return self.filter(employment=employment, leave_type_id=leave_type_id, leave_year_on=leave_year_on)

    def balance(self) -> Decimal:
        """The balance is the sum of the ledger: nothing else is stored."""
        return self.aggregate(total=Sum("hours"))["total"] or Decimal("0.00")


class LeaveRequestQuerySet(QuerySet):
    def live(self) -> Self:
        return self.filter(status__in=LIVE_STATUSES)

    def waiting(self) -> Self:
        return self.filter(status=LeaveStatus.ASKED)

    def overlapping(self, first: date, last: date) -> Self:
        return self.filter(first_on__lte=last, last_on__gte=first)

    def of_card(self, card_id: UUID) -> Self:
        return self.filter(employment__card_id=card_id)
