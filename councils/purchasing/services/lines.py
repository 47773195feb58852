"""Writing the lines and codings of a requisition: the whole form at once, in three statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate

from councils.finance.selectors import open_codes, vat_percentages
from shared_services.procurement.selectors import known_cpv_codes

from .. import rules
from ..drafts import RequisitionDraft
from ..models import LineCoding, Requisition, RequisitionLine
from ..pricing import NOTHING, price_lines, split_cost


def fill_in(requisition: Requisition, draft: RequisitionDraft) -> tuple[list[RequisitionLine], list[LineCoding]]:
    """Put a draft on a requisition and price it; returns the lines and codings to write. Saves nothing."""
    rules.check_draft(draft)
    charged_on = draft.needed_by_on or localdate()
    codings = [coding for line in draft.lines for coding in line.codings]
    cost_centres, subjectives = _codes(codings, charged_on)
    percentages = vat_percentages(on=charged_on) if draft.lines else {}
    cpv = {line.cpv for line in draft.lines if line.cpv}
    rules.check_codes(
        draft,
        cpv=known_cpv_codes(cpv) if cpv else (),
        cost_centres=cost_centres,
        subjectives=subjectives,
        vat_codes=percentages,
    )

    lines, shares = [], []
    for position, (line, price) in enumerate(zip(draft.lines, price_lines(draft.lines, percentages), strict=True), 1):
        written = RequisitionLine(
            requisition=requisition,
            position=position,
            description=line.description.strip(),
            cpv_id=line.cpv or None,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            vat_code=line.vat_code,
            vat_percent=price.percent,
            net_amount=price.net,
            vat_amount=price.vat,
            gross_amount=price.gross,
            cost_amount=price.cost,
        )
        lines.append(written)
        if not line.codings:
            continue
        for place, (coding, amount) in enumerate(
            zip(line.codings, split_cost(price.cost, line.codings, line=position), strict=True), 1
        ):
            shares.append(
                LineCoding(
                    line=written,
                    position=place,
                    cost_centre_id=cost_centres[coding.cost_centre],
                    subjective_id=subjectives[coding.subjective],
                    percent=coding.percent,
                    amount=amount,
                )
            )
    _fill_in_head(requisition, draft, lines)
    return lines, shares


def _codes(codings: list, on: date) -> tuple[dict, dict]:
    if not codings:
        return {}, {}
    return open_codes(
        cost_centres={coding.cost_centre for coding in codings},
        subjectives={coding.subjective for coding in codings},
        on=on,
    )


def _fill_in_head(requisition: Requisition, draft: RequisitionDraft, lines: list[RequisitionLine]) -> None:
    requisition.title = draft.title.strip()
    requisition.justification = draft.justification.strip()
    requisition.needed_by_on = draft.needed_by_on
    requisition.delivery_location = draft.delivery_location.strip()
    requisition.supplier_name = draft.supplier_name.strip()
    requisition.supplier_email = draft.supplier_email.strip()
    requisition.wants_joint_buying = draft.wants_joint_buying
    requisition.financial_year = rules.year_charged(draft.needed_by_on)
    requisition.net_amount = _total(line.net_amount for line in lines)
    requisition.vat_amount = _total(line.vat_amount for line in lines)
    requisition.gross_amount = requisition.net_amount + requisition.vat_amount


def _total(amounts: object) -> Decimal:
    return sum(amounts, NOTHING)  # type: ignore[call-overload]


def write_lines(lines: list[RequisitionLine], codings: list[LineCoding]) -> None:
    """Write new lines with their codings."""
    RequisitionLine.objects.bulk_create(lines)
    LineCoding.objects.bulk_create(codings)


def remove_lines(requisition: Requisition) -> None:
    """Take a requisition's lines away, to write the whole form anew."""
    LineCoding.objects.filter(line__requisition=requisition).delete()
    RequisitionLine.objects.filter(requisition=requisition).delete()
