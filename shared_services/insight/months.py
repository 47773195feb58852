"""From when on figures are kept."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

MONTHS_BACK = 24


def first_month(today: date | None = None) -> date:
    """The first month that figures are kept for."""
    today = today or timezone.localdate()
    months = today.year * 12 + today.month - 1 - MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)
