"""What both sides of the comparison are filled with: the same officers, codes, budgets, days of leave and tasks."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

OPEN_TASKS = 10_000
FEW_TASKS = 100
LEAVE_TAKERS = 15
CENTRES = ["C100", "C200", "C300"]
SUBJECTIVES = ["4000", "4100", "4200"]
BUDGET = Decimal("100000000.00")
WEEK = [Decimal("7.40")] * 5 + [Decimal("0.00")] * 2
FORM: dict[str, Any] = {
    "title": "Desks and screens for the new contact centre",
    "justification": "Six officers move in during the month and have nothing to work at.",
    "delivery_location": "Contact centre, second floor",
    "supplier_name": "Invented Office Supplies",
    "lines": [
        {
            "description": "Office desk 1600 mm", "quantity": "6", "unit_price": "189.5000", "unit": "each", "vat_code": "S",
            "cpv": "39121100-7", "codings": [{"cost_centre": "C100", "subjective": "4000"}],
        },
        {
            "description": "Screen 27 inch", "quantity": "12", "unit_price": "142.2500", "unit": "each", "vat_code": "S",
            "cpv": "30231000-7", "codings": [{"cost_centre": "C100", "subjective": "4100"}],
        },
        {
            "description": "Setting up, by the day", "quantity": "2.5", "unit_price": "310.0000", "unit": "day", "vat_code": "S",
            "cpv": "72510000-3", "codings": [{"cost_centre": "C100", "subjective": "4200"}],
        },
    ],
}  # fmt: skip
"""£3,619 net: below the second step of the authority matrix, so the budget holder's approval makes the order."""


def form_for(centre: str) -> dict[str, Any]:
    """The same requisition at the charge of another cost centre."""
    lines = [
        {**line, "codings": [{**share, "cost_centre": centre} for share in line["codings"]]} for line in FORM["lines"]
    ]
    return {**FORM, "lines": lines}


def needed_by() -> date:
    return timezone.localdate() + timedelta(days=28)


def working_days(count: int) -> list[date]:
    """Days on which everyone works, from a week ahead, within one leave year."""
    with (Path(settings.BASE_DIR) / "data" / "bank_holidays.csv").open(newline="") as rows:
        closed = {date.fromisoformat(row["date"]) for row in csv.DictReader(rows)}
    day, found = timezone.localdate() + timedelta(days=7), []
    if day.month == 3:
        day = day.replace(month=4, day=1)
    while len(found) < count:
        if day.weekday() < 5 and day not in closed:
            found.append(day)
        day += timedelta(days=1)
    return found
