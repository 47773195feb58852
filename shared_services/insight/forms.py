"""Which months the figures are shown for."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shared_services.govuk.forms import GovukForm, SelectField

YEARS_OFFERED = 2


def financial_year_of(day: date) -> int:
    """The year in which the financial year of a day began: 1 April to 31 March."""
    return day.year if day.month >= 4 else day.year - 1


def period_choices(today: date | None = None) -> list[tuple[str, str]]:
    this_year = financial_year_of(today or timezone.localdate())
    years = [this_year - back for back in range(YEARS_OFFERED)]
    return [
        *((f"fy{year}", f"Financial year {year} to {year + 1}") for year in years),
        ("m3", "Last 3 months"),
        ("m12", "Last 12 months"),
    ]


def months_of(period: str, today: date | None = None) -> tuple[date, date]:
    """The first and the last month (as its first day) of a period; this financial year when it is unknown."""
    today = today or timezone.localdate()
    if period in ("m3", "m12"):
        count = int(period[1:])
        first = today.year * 12 + today.month - count
        return date(first // 12, first % 12 + 1, 1), today.replace(day=1)
    known = {key for key, _ in period_choices(today)}
    year = int(period[2:]) if period in known else financial_year_of(today)
    return date(year, 4, 1), date(year + 1, 3, 1)


class PeriodForm(GovukForm):
    mark_optional = False

    period = SelectField(label="Period", choices=period_choices, empty_label=None, required=False)
