"""Reading, printing, sending and cancelling purchase orders."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from councils.finance.years import year_label
from shared_services.access.permissions import may
from shared_services.govuk.views import ActionView, Column, GuardedView, ListPage, Page
from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.tenancy.door import current_council

from . import services
from .choices import ORDER_COLOURS, STANDING, OrderStatus
from .filters import OrderFilters
from .forms import CancelOrderForm, RecordSentForm
from .history import history_of_order
from .models import PurchaseOrder
from .order_pdf import order_pdf
from .selectors import orders_visible_to, visible_order
from .tables import LINE_HEADINGS, line_rows, totals_summary

TRAIL: list[tuple[str, str]] = [("Orders", "purchasing:list_orders")]


class ListOrders(ListPage):
    permission = "purchasing.view_order"
    title = "Purchase orders"
    columns: ClassVar[list[Column]] = [
        Column("reference", "Reference", link=True, sort="reference"),
        Column("title", "Title", sort="title"),
        Column("supplier_name", "Supplier", sort="supplier_name"),
        Column(
            "requester",
            "Raised by",
            value=lambda row: row.requester.work_name,
            sort="requester__work_name",
            shown=False,
        ),
        Column("net_amount", "Net amount", kind="money", sort="net_amount"),
        Column("gross_amount", "Total with VAT", kind="money", sort="gross_amount", shown=False),
        Column("needed_by_on", "Needed by", kind="date", sort="needed_by_on"),
        Column("issued_at", "Raised", kind="datetime", sort="issued_at"),
        Column("sent_on", "Sent", kind="date", sort="sent_on", shown=False),
        Column("status", "Status", kind="tag", tags=ORDER_COLOURS, sort="status"),
    ]
    filterset_class = OrderFilters
    search_fields: ClassVar[list[str]] = ["reference", "title", "supplier_name"]
    search_label = "Search by reference, title or supplier"
    default_sort = "-issued_at"
    export_name = "orders"
    noun = "order"
    empty_text = (
        "You see orders of requisitions that you raised, decided or whose cost centre is yours. There are none yet: "
        "an approved requisition becomes one."
    )

    def get_queryset(self) -> Any:
        return orders_visible_to(self.actor).select_related("requester")


class OneOrder:
    """Finds the order that a page is about; 404 when the officer may not see it."""

    actor: Any
    kwargs: dict[str, Any]

    @cached_property
    def order(self) -> PurchaseOrder:
        found = visible_order(self.actor, self.kwargs["reference"])
        if found is None:
            raise Http404
        return found


class ShowOrder(OneOrder, Page):
    permission = "purchasing.view_order"
    template_name = "pages/councils/purchasing/order.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = TRAIL

    def get_title(self) -> str:
        return f"Purchase order {self.order.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        order = self.order
        return super().get_context(
            order=order,
            colour=ORDER_COLOURS[order.status],
            summary=summary_of(order),
            line_headings=LINE_HEADINGS,
            line_rows=line_rows(order.lines.all()),
            totals=totals_summary(order),
            history=history_of_order(order),
            may_cancel=order.status in STANDING and may(self.actor, "purchasing.cancel_order"),
            may_record_sent=order.status == OrderStatus.ISSUED and may(self.actor, "purchasing.issue_order"),
            **kwargs,
        )


class PrintOrder(ShowOrder):
    """The order on a plain page for the printer."""

    template_name = "pages/councils/purchasing/print_order.html"


class DownloadOrder(OneOrder, GuardedView):
    """The order as a PDF file."""

    permission = "purchasing.view_order"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        pdf = order_pdf(self.order, current_council())
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{self.order.reference}.pdf"'
        return response


class CancelOrder(OneOrder, ActionView):
    permission = "purchasing.cancel_order"
    form_class = CancelOrderForm
    template_name = "pages/councils/purchasing/cancel_order.html"
    button = "Cancel order"
    button_style = "warning"

    def get_subject(self) -> PurchaseOrder:
        return self.order

    def get_title(self) -> str:
        return f"Cancel order {self.order.reference}"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.order.version}

    def get_back_url(self) -> str:
        return self.order.get_absolute_url()

    def act(self, form: CancelOrderForm) -> HttpResponse:
        order = services.cancel_order(actor=self.actor, order_id=self.order.pk, **form.cleaned_data)
        return self.done(f"Order {order.reference} cancelled. Its budget is free again.", to=order)


class RecordSent(OneOrder, ActionView):
    """Say when and how an order went to its supplier."""

    permission = "purchasing.issue_order"
    form_class = RecordSentForm
    template_name = "pages/councils/purchasing/record_sent.html"
    button = "Record that it was sent"

    def get_subject(self) -> PurchaseOrder:
        return self.order

    def get_title(self) -> str:
        return f"Record that order {self.order.reference} was sent"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.order.version, "sent_on": localdate()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "has_supplier": bool(self.order.supplier_name)}

    def get_back_url(self) -> str:
        return self.order.get_absolute_url()

    def act(self, form: RecordSentForm) -> HttpResponse:
        order = services.record_order_sent(actor=self.actor, order_id=self.order.pk, **form.cleaned_data)
        return self.done(f"Recorded that order {order.reference} was sent to {order.supplier_name}.", to=order)


def sent_in_words(order: PurchaseOrder) -> str:
    """24 November 2026, by email"""
    if order.sent_on is None:
        return "Not recorded yet"
    return f"{spoken_date(order.sent_on)}, {lower_first(order.get_sent_by_display())}"


def lower_first(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def summary_of(order: PurchaseOrder) -> list[dict[str, str]]:
    """The facts of an order as rows to read."""
    issued_by = f" on the approval of {order.issued_by.work_name}" if order.issued_by else ""
    rows = [
        ("Ordered by", current_council().name),
        ("Supplier", ", ".join(filter(None, (order.supplier_name, order.supplier_email))) or "Not named"),
        ("For", order.title),
        ("Raised", f"{spoken_instant(order.issued_at)}{issued_by}"),
        ("Sent to the supplier", sent_in_words(order)),
        ("Needed by", spoken_date(order.needed_by_on)),
        ("Delivery", order.delivery_location or "Not said"),
        ("Requested by", order.requester.work_name),
        ("Financial year that pays", year_label(order.financial_year)),
    ]
    if order.status == OrderStatus.CANCELLED:
        rows.append(("Cancelled", f"{spoken_instant(order.cancelled_at)}: {order.cancel_reason}"))
    summary = [{"label": label, "value": value} for label, value in rows]
    summary.append(
        {
            "label": "Requisition",
            "value": order.requisition.reference,
            "url": order.requisition.get_absolute_url(),
            "action": "Open",
        }
    )
    return summary
