"""Councils' figures from a stand-in for their private records, and officers of the shared service."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared_services.insight import sources
from shared_services.insight.sources import FigureRow
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import current_council

MONTH = date(2026, 9, 1)


class Records:
    """What each council's room would add up; a council named in `broken` fails."""

    def __init__(self) -> None:
        self.spend: dict[int, list[FigureRow]] = {
            1: [FigureRow(MONTH, "30", 4, Decimal("1000.00")), FigureRow(MONTH, "45", 1, Decimal("90.00"))],
            2: [FigureRow(MONTH, "30", 2, Decimal("250.00"))],
        }
        self.broken: set[int] = set()
        self.asked: list[int] = []

    def add_up(self, since: date) -> list[FigureRow]:
        number = current_council().number
        self.asked.append(number)
        if number in self.broken:
            raise RuntimeError("Invoice 17 of Private Person is unreadable")
        return self.spend[number]


@pytest.fixture
def records(monkeypatch) -> Records:
    """The only source of figures in this test."""
    made = Records()
    monkeypatch.setattr(sources, "_sources", {"spend": made.add_up})
    return made


@pytest.fixture
def manager(shared_service, officer_in):
    return officer_in(shared_service, "shared_service_manager", name="Mina Manager")


@pytest.fixture
def do_jobs():
    """Do every promised job, room by room, as workers would."""
    return run_waiting
