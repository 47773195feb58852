from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django.db.models import Sum

from councils.finance.models import Budget, CostCentre, SubjectiveCode
from councils.finance.services import set_budgets
from shared_services.access.models import OfficerCard

from .kinds import Column, Outcome, Row, RowFault, Table

YEARS = range(2020, 2100)


def year_of(row: Row) -> int:
    """2026, 2026/27 and 2026 to 2027 are the same financial year. Raises RowFault."""
    found = re.fullmatch(r"(\d{4})(\s*(/|-|to)\s*\d{2,4})?", row["financial year"])
    if not found or int(found[1]) not in YEARS:
        raise RowFault("financial year", "Enter the year in which it starts, like 2026")
    return int(found[1])


def amount_of(row: Row) -> Decimal:
    try:
        amount = Decimal(re.sub(r"[£,\s]", "", row["amount"]))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01")) or amount >= Decimal(10**12):
        raise RowFault("amount", "Enter the amount in pounds, like 125000.00")
    return amount.quantize(Decimal("0.01"))


def check_budget(actor: OfficerCard, row: Row) -> Outcome:
    year, amount = year_of(row), amount_of(row)
    for column, model in (("cost centre", CostCentre), ("subjective code", SubjectiveCode)):
        if not model.objects.filter(code=row[column].upper()).exists():
            raise RowFault(column, f"There is no {column} {row[column]}. Add it first")
    known = Budget.objects.filter(
        financial_year=year, cost_centre__code=row["cost centre"].upper(), subjective__code=row["subjective code"].upper()
    ).aggregate(total=Sum("revised_amount"))["total"]  # fmt: skip
    return Outcome.ADDED if known is None else Outcome.UNCHANGED if known == amount else Outcome.CHANGED


def set_all(actor: OfficerCard, rows: list[Row]) -> None:
    years: dict[int, dict[tuple[str, str], Decimal]] = {}
    for row in rows:
        head = (row["cost centre"].upper(), row["subjective code"].upper())
        years.setdefault(year_of(row), {})[head] = amount_of(row)
    for year, amounts in years.items():
        set_budgets(actor=actor, financial_year=year, amounts=amounts)


BUDGETS = Table(
    key="budgets",
    title="Budgets",
    permission="finance.manage_budgets",
    columns=(
        Column("financial year", "The year in which it starts", "2026"),
        Column("cost centre", "Its code", "LIB10"),
        Column("subjective code", "", "4000"),
        Column("amount", "For the whole year, in pounds", "12000.00"),
    ),
    natural_key=("financial year", "cost centre", "subjective code"),
    save=check_budget,
    noun="budget",
    about="The year’s budget of each cost centre and code. It is spread evenly over twelve periods.",
    finish=set_all,
)
