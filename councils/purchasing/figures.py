"""What this council's orders and requisitions come to by month and category: all that leaves the room of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, DateField, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Substr, TruncMonth
from django.utils import timezone

from shared_services.insight.sources import FigureRow, SupplierRow, figure_source, supplier_source

from .choices import IN_PROGRESS, STANDING, RequisitionStatus
from .models import OrderLine, PurchaseOrder, RequisitionLine

DIVISION_DIGITS = 2
COUNTED_AS_DEMAND = (*IN_PROGRESS, RequisitionStatus.ORDERED)


@figure_source("spend")
def spend_by_month(since: date) -> Iterable[FigureRow]:
    """Net amounts of orders raised, by the month they were raised; cancelled orders left out."""
    lines = OrderLine.objects.filter(order__status__in=STANDING, order__issued_at__gte=_start(since))
    return _by_month_and_division(lines, "order__issued_at")


@figure_source("demand")
def demand_by_month(since: date) -> Iterable[FigureRow]:
    """Net amounts of requisitions submitted and not refused or withdrawn, by the month they were submitted."""
    lines = RequisitionLine.objects.filter(
        requisition__status__in=COUNTED_AS_DEMAND, requisition__submitted_at__gte=_start(since)
    )
    return _by_month_and_division(lines, "requisition__submitted_at")


@supplier_source
def ordered_by_supplier(since: date) -> Iterable[SupplierRow]:
    """Net amounts of orders raised, by the supplier that they name; cancelled orders left out."""
    orders = PurchaseOrder.objects.filter(status__in=STANDING, issued_at__gte=_start(since)).exclude(supplier_name="")
    found = orders.order_by().values("supplier_name").annotate(count=Count("pk"), net=Sum("net_amount"))
    return [SupplierRow(row["supplier_name"], row["count"], row["net"]) for row in found]


def _by_month_and_division(lines: QuerySet[Any], instant: str) -> list[FigureRow]:
    found = (
        lines.annotate(
            month_on=TruncMonth(F(instant), output_field=DateField()),
            division=Coalesce(Substr("cpv_id", 1, DIVISION_DIGITS), Value("")),
        )
        .order_by()
        .values("month_on", "division")
        .annotate(count=Count("pk"), net=Sum("net_amount"))
    )
    return [FigureRow(row["month_on"], row["division"], row["count"], row["net"]) for row in found]


def _start(month: date) -> datetime:
    return timezone.make_aware(datetime.combine(month, time.min))
