"""Working days by the two calendars a council lives by.

People's working days skip the bank holidays of the council's own division and its closure days; procurement
counts the union of all divisions (Procurement Act 2023 s.123).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, timedelta

from shared_services.tenancy.models import BankHoliday

from .choices import Division
from .models import ClosureDay

REMEMBERED_SECONDS = 300
"""Bank holidays are the same for all councils and change once in years, so a process may keep them a while."""

_holidays: dict[str, dict[date, str]] = {}
_read_at = float("-inf")


def forget() -> None:
    """Read the bank holidays afresh at the next question: loading reference data and tests call this."""
    global _read_at
    _read_at = float("-inf")


def _all_holidays() -> dict[str, dict[date, str]]:
    global _holidays, _read_at
    if time.monotonic() - _read_at > REMEMBERED_SECONDS:
        read: dict[str, dict[date, str]] = {}
        for division, on, title in BankHoliday.objects.values_list("division", "date", "title"):
            read.setdefault(division, {})[on] = title
        if read:
            _holidays, _read_at = read, time.monotonic()
        return read
    return _holidays


def bank_holidays(division: str = Division.ENGLAND_AND_WALES) -> dict[date, str]:
    """Day -> title of every bank holiday of one division."""
    return _all_holidays().get(division, {})


def bank_holidays_anywhere() -> set[date]:
    """Every day that is a bank holiday in any part of the United Kingdom."""
    return {on for days in _all_holidays().values() for on in days}


def closure_days(first: date, last: date) -> dict[date, str]:
    """Day -> title of the council's own closure days between two days."""
    return dict(ClosureDay.objects.filter(on__range=(first, last)).values_list("on", "title"))


def is_working_day(on: date, *, holidays: Iterable[date]) -> bool:
    return on.weekday() < 5 and on not in holidays


def add_working_days(start: date, days: int, *, holidays: set[date] | dict[date, str]) -> date:
    """The day that is `days` working days after `start`, which is not counted itself."""
    on = start
    while days > 0:
        on += timedelta(days=1)
        if is_working_day(on, holidays=holidays):
            days -= 1
    return on


def count_working_days(first: date, last: date, *, holidays: set[date] | dict[date, str]) -> int:
    """How many working days there are from `first` to `last`, both counted."""
    return sum(is_working_day(first + timedelta(days=n), holidays=holidays) for n in range((last - first).days + 1))


def procurement_working_days(first: date, last: date) -> int:
    """Working days under the Procurement Act from `first` to `last`, both counted."""
    return count_working_days(first, last, holidays=bank_holidays_anywhere())


def procurement_period_end(first: date, days: int) -> date:
    """The last day of a period of `days` procurement working days beginning with `first`."""
    return add_working_days(first - timedelta(days=1), days, holidays=bank_holidays_anywhere())


def people_working_days(first: date, last: date, *, division: str = Division.ENGLAND_AND_WALES) -> int:
    """Working days for people from `first` to `last`: no bank holidays of the division, no closure days."""
    holidays = bank_holidays(division) | closure_days(first, last)
    return count_working_days(first, last, holidays=holidays)
