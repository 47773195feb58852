"""What an auditor narrows the record down by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.events import words_of
from shared_services.audit.models import AuditEntry
from shared_services.audit.selectors import entries_about_named, events_recorded
from shared_services.audit.services import PORTAL
from shared_services.govuk.filters import DateFilter, GovukFilterSet, ListedFilter
from shared_services.govuk.forms import SelectField
from shared_services.tenancy.door import current_council

NOBODY = "portal"


def officer_choices() -> list[tuple[str, str]]:
    cards = OfficerCard.objects.of_council(current_council().number).order_by("work_name")
    officers = [
        (str(pk), name if active else f"{name} (left)")
        for pk, name, active in cards.values_list("pk", "work_name", "active")
    ]
    return [("", "Anyone"), (NOBODY, PORTAL), *officers]


def event_choices() -> list[tuple[str, str]]:
    events = sorted(((event, words_of(event)) for event in events_recorded()), key=lambda one: one[1])
    return [("", "Anything"), ("*.viewed", "Any view of sensitive data"), ("*.exported", "Any export"), *events]


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class OneOfMany(ListedFilter):
    """One of a list that opens, read from the room."""

    field_class = SelectField


class EntryFilter(GovukFilterSet):
    officer = OneOfMany(listed=officer_choices, method="by_officer", label="Who")
    event = OneOfMany(listed=event_choices, method="by_event", label="What was done")
    record = django_filters.CharFilter(method="of_record", label="Record", help_text="A reference, a name or a key")
    from_on = DateFilter(method="from_day", label="From")
    until_on = DateFilter(method="until_day", label="Until")

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def by_officer(self, entries: QuerySet, _name: str, value: str) -> QuerySet:
        return entries.filter(actor_card_id=None if value == NOBODY else value)

    def by_event(self, entries: QuerySet, _name: str, value: str) -> QuerySet:
        if value.startswith("*"):
            return entries.filter(event__in=[one for one in events_recorded() if one.endswith(value[1:])])
        return entries.filter(event=value)

    def of_record(self, entries: QuerySet, _name: str, value: str) -> QuerySet:
        return entries_about_named(entries, value)

    def from_day(self, entries: QuerySet, _name: str, value: Any) -> QuerySet:
        return entries.filter(at__gte=start_of(value))

    def until_day(self, entries: QuerySet, _name: str, value: Any) -> QuerySet:
        return entries.filter(at__lt=start_of(value + timedelta(days=1)))
