"""How the portal writes dates, times and money (house style of GOV.UK)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone


def spoken_date(day: date | datetime | None) -> str:
    """22 November 2026"""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return f"{day.day} {day:%B %Y}"


def spoken_day(day: date | None) -> str:
    """Sunday 22 November 2026"""
    return f"{day:%A} {spoken_date(day)}" if day else ""


def spoken_time(instant: datetime) -> str:
    """5:30pm, 9am, midday, midnight"""
    moment = timezone.localtime(instant) if timezone.is_aware(instant) else instant
    if (moment.hour, moment.minute) == (0, 0):
        return "midnight"
    if (moment.hour, moment.minute) == (12, 0):
        return "midday"
    minutes = f":{moment:%M}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def spoken_instant(instant: datetime | None) -> str:
    """22 November 2026 at 5:30pm"""
    return f"{spoken_date(instant)} at {spoken_time(instant)}" if instant else ""


def spoken_money(amount: Decimal | int | float | str | None) -> str:
    """£1,250 and £75.50: pence only when there are any. A minus stands before the pound sign."""
    if amount is None or amount == "":
        return ""
    amount = Decimal(str(amount)).quantize(Decimal("0.01"))
    written = f"{abs(amount):,.2f}".removesuffix(".00")
    return f"{'−' if amount < 0 else ''}£{written}"


def tabled_money(amount: Decimal | int | float | str | None) -> str:
    """£1,250.00: in a column every sum shows its pence, so that they line up."""
    if amount is None or amount == "":
        return ""
    if not isinstance(amount, Decimal):
        amount = Decimal(str(amount))
    return f"{'−' if amount < 0 else ''}£{abs(amount):,.2f}"


def spoken_price(amount: Decimal | None) -> str:
    """The price of one: £10.50, and parts of a penny only where they are meant, £0.0125."""
    if amount is None:
        return ""
    return f"£{amount:,.2f}" if amount == amount.quantize(Decimal("0.01")) else f"£{amount.normalize():,f}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """1 requisition, 2 requisitions"""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def spoken_size(size: int) -> str:
    """900 bytes, 12 KB, 1.4 MB, 2 GB: never "0 KB"."""
    if size < 1024:
        return counted(size, "byte")
    if size < 1024 * 1024:
        return f"{size / 1024:,.0f} KB"
    if size < 1024**3:
        return f"{size / 1024**2:,.1f} MB".replace(".0 ", " ")
    return f"{size / 1024**3:,.1f} GB".replace(".0 ", " ")
