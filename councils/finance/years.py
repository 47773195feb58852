"""Financial years and their periods: 1 April to 31 March, named by the year they start in."""

from __future__ import annotations

from datetime import date


def financial_year_of(day: date) -> int:
    """The financial year a day falls in: 31 March 2027 is in 2026 (2026 to 2027)."""
    return day.year if day.month >= 4 else day.year - 1


def period_of(day: date) -> int:
    """The period of the financial year, 1 for April to 12 for March."""
    return (day.month - 4) % 12 + 1


def year_label(financial_year: int) -> str:
    """How officers write a financial year: 2026 to 2027."""
    return f"{financial_year} to {financial_year + 1}"
