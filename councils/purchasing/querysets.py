"""Questions officers ask of requisitions and orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import Prefetch

from .choices import EDITABLE, STANDING


class RequisitionQuerySet(models.QuerySet[Any]):
    def editable(self) -> Self:
        """Requisitions the requester may still change."""
        return self.filter(status__in=EDITABLE)

    def with_lines(self) -> Self:
        """Requisitions with their lines, CPV codes and codings, in three queries at any size."""
        from .models import LineCoding, RequisitionLine

        codings = LineCoding.objects.select_related("cost_centre", "subjective")
        lines = RequisitionLine.objects.select_related("cpv").prefetch_related(Prefetch("codings", codings))
        return self.select_related("requester").prefetch_related(Prefetch("lines", lines))


class Share(NamedTuple):
    """What one head pays of one line."""

    line_id: UUID
    cost_centre_id: UUID
    subjective_id: UUID
    amount: Decimal


class LineCodingQuerySet(models.QuerySet[Any]):
    def shares(self) -> list[Share]:
        """The codings as plain figures: no instances, because an approval reads them once and drops them."""
        return [Share(*row) for row in self.values_list("line_id", "cost_centre_id", "subjective_id", "amount")]


class PurchaseOrderQuerySet(models.QuerySet[Any]):
    def issued(self) -> Self:
        """Orders that stand."""
        return self.filter(status__in=STANDING)

    def with_lines(self) -> Self:
        """Orders with what the order page and its PDF print."""
        from .models import OrderLine

        return self.select_related("requisition", "requester", "issued_by").prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("cpv"))
        )
