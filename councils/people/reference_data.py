"""What every council's room starts with: the Green Book's leave scheme and the usual types of leave."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .choices import ANNUAL_LEAVE
from .models import LeaveBand, LeaveScheme, LeaveType

GREEN_BOOK = "Green Book"
GREEN_BOOK_BANDS = ((0, Decimal("23.0")), (5, Decimal("26.0")))
"""The floor from 1 April 2023 (NJC): a council's own scheme may only be better."""
LEAVE_TYPES = (
    (ANNUAL_LEAVE, "Annual leave", True),
    ("flexi", "Flexi leave", False),
    ("unpaid", "Unpaid leave", False),
    ("special", "Special leave", False),
    ("carers", "Carer’s leave", False),
)


def load_room(council: Any) -> None:
    """Give a new room the Green Book scheme and its leave types; running it again changes nothing."""
    scheme, created = LeaveScheme.objects.get_or_create(name=GREEN_BOOK)
    if created:
        LeaveBand.objects.bulk_create(
            LeaveBand(scheme=scheme, from_years=years, days=days) for years, days in GREEN_BOOK_BANDS
        )
    for position, (key, name, uses_balance) in enumerate(LEAVE_TYPES):
        LeaveType.objects.get_or_create(
            key=key, defaults={"name": name, "uses_balance": uses_balance, "position": position}
        )
