"""Filters in the words of the procurement team."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import DemandStatus, ProposalStatus


class CpvQuerySet(models.QuerySet):
    def under(self, digits: str) -> Self:
        """Codes that start with these digits; a range, so that the plain index on the digits serves it."""
        return self.filter(digits8__gte=digits.ljust(8, "0"), digits8__lte=digits.ljust(8, "9"))

    def divisions(self) -> Self:
        return self.filter(level=2)


class DemandLineQuerySet(models.QuerySet):
    def of_councils(self, numbers: Iterable[int]) -> Self:
        """Lines of these councils: every list of demand starts here, so that the owner's index serves it."""
        return self.filter(owner_id__in=list(numbers))

    def open(self) -> Self:
        return self.filter(status=DemandStatus.OPEN)

    def handed_over(self) -> Self:
        """Lines the shared service still has in hand."""
        return self.filter(status__in=(DemandStatus.OPEN, DemandStatus.PROPOSED))


class JointProposalQuerySet(models.QuerySet):
    def of_shared_service(self) -> Self:
        return self.filter(owner_id=SHARED_SERVICE_NUMBER)

    def drafts(self) -> Self:
        return self.filter(status=ProposalStatus.DRAFT)

    def awaiting_councils(self) -> Self:
        return self.filter(status=ProposalStatus.AWAITING_COUNCILS)


class JointProposalManager(models.Manager.from_queryset(JointProposalQuerySet)):  # type: ignore[misc]
    """Proposals with their totals, added up from the shares: each council reads its own share alone, and so its own total."""

    def get_queryset(self) -> JointProposalQuerySet:
        return (
            super()
            .get_queryset()
            .annotate(net_amount=_added_up("net_amount"), estimated_amount=_added_up("estimated_amount"))
        )


def _added_up(field: str) -> Coalesce:
    shares = apps.get_model("procurement.ProposalShare").objects
    of_one = shares.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=OuterRef("pk")).order_by().values("proposal")
    return Coalesce(
        Subquery(of_one.annotate(total=Sum(field)).values("total")),
        Value(Decimal("0.00")),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
    )
