"""Lines, codings and files of a requisition or order as the tables that pages draw."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse

from councils.finance.selectors import balances, committed_for, reserved_for
from shared_services.govuk.words import spoken_instant, spoken_price, spoken_size, tabled_money

from .choices import IN_PROGRESS, RequisitionStatus
from .models import OrderLine, Requisition, RequisitionLine

LINE_HEADINGS = [
    {"label": "Line"},
    {"label": "Description"},
    {"label": "CPV code"},
    {"label": "Quantity", "number": True},
    {"label": "Price for one", "number": True},
    {"label": "Net", "number": True},
    {"label": "VAT", "number": True},
    {"label": "Total", "number": True},
]
CODING_HEADINGS = [
    {"label": "Line"},
    {"label": "Cost centre"},
    {"label": "Subjective code"},
    {"label": "Share", "number": True},
    {"label": "Amount", "number": True},
]
HEAD_HEADINGS: list[dict[str, Any]] = [
    {"label": "Cost centre"},
    {"label": "Subjective code"},
    {"label": "Available", "number": True},
    {"label": "This requisition", "number": True},
    {"label": "Left after", "number": True},
    {"label": "Enough?"},
]


def line_rows(lines: Iterable[RequisitionLine | OrderLine]) -> list[list[dict[str, Any]]]:
    return [
        [
            _cell(line.position, "Line"),
            _cell(line.description, "Description"),
            _coded(line.cpv) if line.cpv else _cell("Not chosen yet", "CPV code"),
            _number(f"{line.quantity.normalize():,f} {line.get_unit_display().lower()}", "Quantity"),
            _number(spoken_price(line.unit_price), "Price for one"),
            _number(tabled_money(line.net_amount), "Net"),
            _number(f"{tabled_money(line.vat_amount)} ({line.vat_percent.normalize():f}%)", "VAT"),
            _number(tabled_money(line.gross_amount), "Total"),
        ]
        for line in lines
    ]


def coding_rows(lines: Iterable[RequisitionLine]) -> list[list[dict[str, Any]]]:
    return [
        [
            _cell(line.position, "Line"),
            _cell(coding.cost_centre, "Cost centre"),
            _cell(coding.subjective, "Subjective code"),
            _number(f"{coding.percent.normalize():f}%" if coding.percent is not None else "", "Share"),
            _number(tabled_money(coding.amount), "Amount"),
        ]
        for line in lines
        for coding in line.codings.all()
    ]


COMMITTED_HEADINGS: list[dict[str, Any]] = [
    {"label": "Cost centre"},
    {"label": "Subjective code"},
    {"label": "Committed by the order", "number": True},
    {"label": "Available now", "number": True},
]


def budget_table(requisition: Requisition) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]], bool]:
    """What the heads of a requisition say: headings, rows, and whether all have enough.

    Once it is ordered its money is committed and no longer available, so it is not taken away a second time.
    """
    if requisition.status == RequisitionStatus.ORDERED:
        return COMMITTED_HEADINGS, _committed_rows(requisition), True
    return HEAD_HEADINGS, *head_rows(requisition)


def _committed_rows(requisition: Requisition) -> list[list[dict[str, Any]]]:
    committed = committed_for(requisition.order.pk)
    names = {
        (share.cost_centre.code, share.subjective.code): (str(share.cost_centre), str(share.subjective))
        for line in requisition.lines.all()
        for share in line.codings.all()
    }
    found = balances(financial_year=requisition.financial_year, heads=names) if requisition.financial_year else {}
    return [
        [
            _cell(names[head][0], "Cost centre"),
            _cell(names[head][1], "Subjective code"),
            _number(tabled_money(committed.get(head, Decimal(0))), "Committed by the order"),
            _number(tabled_money(found[head].available_amount) if head in found else "No budget", "Available now"),
        ]
        for head in sorted(names)
    ]


def head_rows(requisition: Requisition) -> tuple[list[list[dict[str, Any]]], bool]:
    """What each head has, would pay and has left, and whether all have enough. Two queries at most.

    What the requisition itself has reserved counts as available to it.
    """
    totals: dict[tuple[str, str], Decimal] = {}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for line in requisition.lines.all():
        for coding in line.codings.all():
            head = coding.cost_centre.code, coding.subjective.code
            totals[head] = totals.get(head, Decimal(0)) + coding.amount
            names[head] = str(coding.cost_centre), str(coding.subjective)
    found = balances(financial_year=requisition.financial_year, heads=totals) if requisition.financial_year else {}
    held = reserved_for(requisition.pk) if requisition.status in IN_PROGRESS else {}
    rows, all_enough = [], True
    for head, amount in sorted(totals.items()):
        available = found[head].available_amount + held.get(head, Decimal(0)) if head in found else None
        enough = available is not None and available >= amount
        all_enough = all_enough and enough
        rows.append(
            [
                _cell(names[head][0], "Cost centre"),
                _cell(names[head][1], "Subjective code"),
                _number("No budget" if available is None else tabled_money(available), "Available"),
                _number(tabled_money(amount), "This requisition"),
                _number("" if available is None else tabled_money(available - amount), "Left after"),
                {
                    "text": "Enough" if enough else "Not enough",
                    "colour": "green" if enough else "red",
                    "label": "Enough?",
                },
            ]
        )
    return rows, all_enough


def totals_summary(subject: Any) -> list[tuple[str, str]]:
    return [
        ("Net", tabled_money(subject.net_amount)),
        ("VAT", tabled_money(subject.vat_amount)),
        ("Total", tabled_money(subject.gross_amount)),
    ]


def file_list(files: Iterable[Any]) -> list[dict[str, Any]]:
    """Files with the address of their guarded download."""
    return [
        {
            "id": file.pk,
            "name": file.name,
            "url": reverse("annexes:download", args=[file.pk]),
            "hint": f"{spoken_size(file.size)}, added by {file.uploaded_by_name} on {spoken_instant(file.uploaded_at)}",
        }
        for file in files
    ]


def _cell(text: Any, label: str) -> dict[str, Any]:
    return {"text": str(text), "label": label}


def _coded(cpv: Any) -> dict[str, Any]:
    """A CPV code, which never breaks at its hyphen, and what it stands for."""
    return {"code": cpv.code, "text": cpv.label, "label": "CPV code"}


def _number(text: str, label: str) -> dict[str, Any]:
    return {"text": text, "label": label, "number": True}
