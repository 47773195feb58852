"""A purchase order as a PDF: the paper that the supplier gets, in the name of the council."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import font_roboto
from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace
from fpdf.prefs import ViewerPreferences

from shared_services.govuk.words import spoken_date
from shared_services.tenancy.directory import CouncilEntry

from .choices import OrderStatus
from .models import OrderLine, PurchaseOrder

FONT = "Roboto"
MARGIN = 18
INK, GREY = (11, 12, 12), (80, 90, 95)
WIDTHS = (12, 62, 24, 24, 22, 30)
HEADINGS = ("Line", "Description", "Quantity", "Price for one", "VAT", "Net amount")


class OrderPaper(FPDF):
    """A4, with the order's reference and page number at the foot of each page."""

    def __init__(self, order: PurchaseOrder, council: CouncilEntry) -> None:
        super().__init__(format="A4")
        self.order, self.council = order, council
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, 22)
        self.add_font(FONT, "", font_roboto.font_files["Roboto"])
        self.add_font(FONT, "B", font_roboto.font_files["RobotoBold"])
        # What a screen reader and the title bar say.
        self.set_title(f"Purchase order {order.reference}")
        self.set_author(council.name)
        self.set_subject(order.title)
        self.set_lang("en-GB")
        self.set_creator("Guildhall")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_text_color(*INK)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(FONT, "", 8)
        self.set_text_color(*GREY)
        self.cell(
            0, 5, f"{self.council.name} – purchase order {self.order.reference} – page {self.page_no()} of {{nb}}"
        )
        self.set_text_color(*INK)

    def say(self, text: str, size: float = 10, *, bold: bool = False, gap: float = 0) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if gap:
            self.ln(gap)


def order_pdf(order: PurchaseOrder, council: CouncilEntry) -> bytes:
    """The order on paper. The caller has read it with its lines."""
    paper = OrderPaper(order, council)
    paper.add_page()
    paper.say(council.name, 16, bold=True, gap=1)
    paper.start_section(f"Purchase order {order.reference}")
    paper.say(f"Purchase order {order.reference}", 14, bold=True, gap=3)
    if order.status == OrderStatus.CANCELLED:
        paper.say(f"Cancelled on {spoken_date(order.cancelled_at)}: {order.cancel_reason}", 11, bold=True, gap=3)
    _facts(paper, order, council)
    lines = list(order.lines.all())
    _lines(paper, lines)
    _totals(paper, order, lines)
    paper.ln(4)
    paper.say(
        f"This order is placed by {council.name} in its own name. Send the invoice to {council.name} and quote "
        f"{order.reference}. A valid invoice is paid within 30 days.",
        9,
    )
    return bytes(paper.output())


def pounds_and_pence(amount: Decimal) -> str:
    """On an order every sum shows its pence, so that a column of them lines up."""
    return f"£{amount:,.2f}"


def price_for_one(amount: Decimal) -> str:
    """With parts of a penny only where there are any."""
    return pounds_and_pence(amount) if amount == amount.quantize(Decimal("0.01")) else f"£{amount.normalize():,f}"


def _facts(paper: OrderPaper, order: PurchaseOrder, council: CouncilEntry) -> None:
    supplier = "\n".join(filter(None, (order.supplier_name, order.supplier_email))) or "To be named"
    rows = [
        ("Ordered by", council.name),
        ("Supplier", supplier),
        ("For", order.title),
        ("Order date", spoken_date(order.issued_at)),
        ("Needed by", spoken_date(order.needed_by_on)),
        ("Deliver to", order.delivery_location or council.name),
        ("Questions to", f"{order.requester.work_name}, {order.requester.work_email}"),
    ]
    paper.set_font(FONT, "", 10)
    with paper.table(
        col_widths=(34, 140),
        first_row_as_headings=False,
        borders_layout="NONE",
        line_height=6,
        text_align="LEFT",
        v_align="TOP",
    ) as table:
        for label, value in rows:
            row = table.row()
            row.cell(label, style=FontFace(emphasis="BOLD"))
            row.cell(value)
    paper.ln(5)


def _lines(paper: OrderPaper, lines: Iterable[OrderLine]) -> None:
    paper.start_section("What is ordered")
    paper.set_font(FONT, "", 9)
    with paper.table(
        col_widths=WIDTHS,
        text_align=("RIGHT", "LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"),
        headings_style=FontFace(emphasis="BOLD", fill_color=(243, 242, 241)),
        borders_layout="HORIZONTAL_LINES",
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=5,
        padding=1,
        v_align="TOP",
    ) as table:
        table.row(HEADINGS)
        for line in lines:
            code = f"\nCPV {line.cpv_id}" if line.cpv_id else ""
            table.row(
                (
                    str(line.position),
                    f"{line.description}{code}",
                    f"{line.quantity.normalize():,f} {line.get_unit_display().lower()}",
                    price_for_one(line.unit_price),
                    f"{line.vat_percent.normalize():f}% ({line.vat_code})",
                    pounds_and_pence(line.net_amount),
                )
            )
    paper.ln(3)


def _totals(paper: OrderPaper, order: PurchaseOrder, lines: Iterable[OrderLine]) -> None:
    by_rate: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        rate = line.vat_code, line.vat_percent
        by_rate[rate] = by_rate.get(rate, Decimal(0)) + line.vat_amount
    rows = [("Total without VAT", order.net_amount)]
    rows += [(f"VAT at {percent.normalize():f}% ({code})", vat) for (code, percent), vat in sorted(by_rate.items())]
    rows.append(("Total with VAT", order.gross_amount))
    paper.start_section("Totals")
    with paper.table(
        col_widths=(140, 34),
        text_align=("RIGHT", "RIGHT"),
        first_row_as_headings=False,
        borders_layout="NONE",
        line_height=6,
    ) as table:
        for label, amount in rows:
            style = FontFace(emphasis="BOLD") if label.startswith("Total with VAT") else None
            row = table.row()
            row.cell(label, style=style)
            row.cell(pounds_and_pence(amount), style=style)
