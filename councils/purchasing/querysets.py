"""Questions officers ask of requisitions and orders."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Prefetch

from .choices import EDITABLE, OrderStatus


class RequisitionQuerySet(models.QuerySet):
    def editable(self) -> Self:
        """Requisitions the requester may still change."""
        return self.filter(status__in=EDITABLE)

    def with_lines(self) -> Self:
        """Requisitions with their lines, CPV codes and codings, in three queries at any size."""
        from .models import LineCoding, RequisitionLine

        codings = LineCoding.objects.select_related("cost_centre", "subjective")
        lines = RequisitionLine.objects.select_related("cpv").prefetch_related(Prefetch("codings", codings))
        return self.select_related("requester").prefetch_related(Prefetch("lines", lines))


class PurchaseOrderQuerySet(models.QuerySet):
    def issued(self) -> Self:
        """Orders that stand."""
        return self.filter(status=OrderStatus.ISSUED)

    def with_lines(self) -> Self:
        """Orders with what the order page and its PDF print."""
        from .models import OrderLine

        return self.select_related("requisition", "requester", "issued_by").prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("cpv"))
        )
