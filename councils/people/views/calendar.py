"""The team's calendar: who is away in a month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localdate

from councils.organisation.selectors import (
    cards_in_department,
    council_settings,
    open_departments,
    team_of_card,
)
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.views import Page

from .. import selectors
from ..selectors import Absence

if TYPE_CHECKING:
    from councils.organisation.models import Department

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class TeamCalendar(Page):
    """Who of the officer's team is away, day by day; HR may look at any department."""

    permission = "people.view_own_leave"
    sensitive = "people.team_calendar"
    template_name = "pages/councils/people/team_calendar.html"
    title = "Team calendar"
    breadcrumbs = [("Leave", "people:my_leave")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        first_on = self._month()
        last_on = first_on.replace(day=monthrange(first_on.year, first_on.month)[1])
        departments = open_departments() if may(self.actor, "people.view_employments") else []
        department = self._chosen(departments)
        cards = self._cards(department)
        settings = council_settings()
        holidays = selectors.holidays_between(first_on, last_on, settings)
        absences = selectors.absences(cards.keys(), first_on, last_on)
        days = [first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1)]
        return super().get_context(
            month=first_on,
            days=[{"on": on, "off": on.weekday() > 4 or on in holidays} for on in days],
            rows=[self._row(card, absences, days, holidays) for card in cards.values()],
            absences=absences,
            holidays=holidays,
            previous_url=self._address(first_on - timedelta(days=1), department),
            next_url=self._address(last_on + timedelta(days=1), department),
            department=department,
            departments=departments,
            **kwargs,
        )

    def _month(self) -> date:
        try:
            year, month = map(int, self.request.GET.get("month", "").split("-"))
            if EARLIEST_YEAR <= year <= LATEST_YEAR:
                return date(year, month, 1)
        except ValueError:
            pass
        return localdate().replace(day=1)

    def _chosen(self, departments: list[Department]) -> Department | None:
        """The department that an HR adviser chose; nobody else is offered one."""
        asked = self.request.GET.get("department", "")
        return next((one for one in departments if str(one.pk) == asked), None)

    def _cards(self, department: Department | None) -> dict[UUID, OfficerCard]:
        ids = cards_in_department(department.pk) if department else team_of_card(self.actor.pk)
        cards = OfficerCard.objects.filter(pk__in=ids, active=True).order_by("work_name")
        return {card.pk: card for card in cards}

    @staticmethod
    def _row(card: OfficerCard, absences: list[Absence], days: list[date], holidays: dict[date, str]) -> dict[str, Any]:
        away = [one for one in absences if one.card_id == card.pk]
        cells = []
        for on in days:
            off = on.weekday() > 4 or on in holidays
            leave = None if off else next((one for one in away if one.covers(on)), None)
            cells.append({"on": on, "off": off, "leave": leave})
        return {"card": card, "cells": cells}

    @staticmethod
    def _address(on: date, department: Department | None) -> str:
        address = f"{reverse('people:team_calendar')}?month={on:%Y-%m}"
        return f"{address}&department={department.pk}" if department else address
