"""Orders of the legacy system, to look up: nothing here can be changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from shared_services.govuk.views import Column, ListPage, Page
from shared_services.govuk.words import spoken_date, spoken_money

from .. import selectors
from ..choices import LineEvent, OrderCategory
from ..filters import LegacyOrderFilters
from ..models import LegacyLineCoding, LegacyLineEvent, LegacyOrder

MOST_LINES = 500
KINDS = dict(OrderCategory.choices)
EVENTS = dict(LineEvent.choices)


class ListLegacyOrders(ListPage):
    permission = "migration.view_legacy_orders"
    title = "Orders of the legacy system"
    columns: ClassVar[list[Column]] = [
        Column("number", "Number", link=True, sort="number"),
        Column("supplier.name", "Supplier", sort="supplier__name"),
        Column("category", "Kind", value=lambda row: KINDS.get(row.category, row.category), sort="category"),
        Column("ordered_on", "Ordered", kind="date", sort="ordered_on"),
        Column("valid_to", "Valid to", kind="date", sort="valid_to", shown=False),
        Column("purchasing_group", "Purchasing group", sort="purchasing_group", shown=False),
        Column("deleted", "Deleted", sort="deleted", shown=False),
    ]
    filterset_class = LegacyOrderFilters
    search_fields: ClassVar[list[str]] = ["number", "supplier__name", "supplier__number"]
    search_label = "Search by number or supplier"
    default_sort = "-number"
    tie_break = "number"
    export_name = "legacy-orders"
    noun = "order"
    empty_text = "No order of the legacy system has been loaded."

    def get_queryset(self) -> Any:
        return LegacyOrder.objects.select_related("supplier")


class ShowLegacyOrder(Page):
    permission = "migration.view_legacy_orders"
    template_name = "pages/councils/migration/legacy_order.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [("Orders of the legacy system", "migration:list_legacy_orders")]

    def get_title(self) -> str:
        return f"Legacy order {self.kwargs['number']}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        order = get_object_or_404(LegacyOrder.objects.select_related("supplier"), number=self.kwargs["number"])
        found = order.lines.prefetch_related(
            Prefetch("codings", LegacyLineCoding.objects.order_by("sequence")),
            Prefetch("events", LegacyLineEvent.objects.order_by("posted_on", "document")),
        )
        lines = list(found[:MOST_LINES])
        return super().get_context(
            order=order,
            summary=[
                *selectors.order_facts(order),
                ("Ordered", spoken_date(order.ordered_on) if order.ordered_on else ""),
                (
                    "Net amount of its lines",
                    spoken_money(sum((one.net_amount for one in lines if not one.deleted), Decimal(0))),
                ),
            ],
            lines=[
                (
                    one,
                    list(one.codings.all()),
                    [(event, EVENTS.get(event.kind, event.kind)) for event in one.events.all()],
                )
                for one in lines
            ],
            is_cut=len(lines) == MOST_LINES,
            **kwargs,
        )
