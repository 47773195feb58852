"""Filters of the inbox and of the list of cases."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone

from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet, ListedFilter, MoneyFilter
from shared_services.tenancy.door import current_council

from .calendars import add_working_days
from .choices import CaseStatus
from .definitions import process_titles
from .inbox_steps import inbox_steps
from .models import Case, Decision, TaskCandidate

CLAIMS = [("me", "By me"), ("nobody", "By nobody"), ("others", "By somebody else")]
RISK_DAYS = 5
RISK_LABEL = f"At risk within {RISK_DAYS} working days"


class InboxFilter(GovukFilterSet):
    process = CheckboxesFilter(field_name="task__process", label="Process", choices=process_titles)
    step = ListedFilter(field_name="task__step", label="Step", listed=inbox_steps, empty_label="Any step")
    claimed = CheckboxesFilter(method="by_claim", label="Claimed", choices=CLAIMS)
    at_risk = CheckboxesFilter(method="only_at_risk", label="Money or dates at risk", choices=[("soon", RISK_LABEL)])
    overdue = CheckboxesFilter(method="only_overdue", label="Due", choices=[("yes", "Overdue only")])
    amount_from = MoneyFilter(field_name="amount", lookup_expr="gte", label="Amount at least")
    amount_to = MoneyFilter(field_name="amount", lookup_expr="lte", label="Amount at most")
    due_before = DateFilter(field_name="due_on", lookup_expr="lt", label="Due before")
    category = django_filters.CharFilter(field_name="task__category", lookup_expr="startswith", label="Category")
    requester = django_filters.CharFilter(field_name="task__requester_name", lookup_expr="icontains", label="From")

    class Meta:
        model = TaskCandidate
        fields: tuple[str, ...] = ()

    def by_claim(self, rows: Any, _name: str, value: list[str]) -> Any:
        wanted = Q()
        if "me" in value:
            wanted |= Q(task__claimed_by_id=self.request.actor.pk)
        if "nobody" in value:
            wanted |= Q(claimed_elsewhere=False, task__claimed_by__isnull=True)
        if "others" in value:
            wanted |= Q(claimed_elsewhere=True)
        return rows.filter(wanted)

    def only_at_risk(self, rows: Any, _name: str, value: list[str]) -> Any:
        soon = add_working_days(timezone.localdate(), RISK_DAYS)
        return rows.filter(at_risk_on__lte=soon) if "soon" in value else rows

    def only_overdue(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.overdue(on=timezone.localdate()) if "yes" in value else rows


class CaseFilter(GovukFilterSet):
    process = CheckboxesFilter(label="Process", choices=process_titles)
    status = CheckboxesFilter(label="Status", choices=CaseStatus.choices)
    hold = CheckboxesFilter(method="only_held", label="On hold", choices=[("yes", "On hold only")])
    mine = CheckboxesFilter(method="only_mine", label="Raised by", choices=[("yes", "Me only")])
    decided = CheckboxesFilter(method="only_decided", label="Decided by", choices=[("yes", "Me only")])
    requester = django_filters.CharFilter(
        field_name="requester_name", lookup_expr="icontains", label="Requester’s name"
    )
    amount_from = MoneyFilter(field_name="amount", lookup_expr="gte", label="Amount at least")
    opened_from = DateFilter(field_name="opened_at", lookup_expr="date__gte", label="Started from")

    class Meta:
        model = Case
        fields: tuple[str, ...] = ()

    def only_held(self, cases: Any, _name: str, value: list[str]) -> Any:
        return cases.still_open().filter(suspended_at__isnull=False) if "yes" in value else cases

    def only_mine(self, cases: Any, _name: str, value: list[str]) -> Any:
        return cases.filter(requester_id=self.request.actor.pk) if "yes" in value else cases

    def only_decided(self, cases: Any, _name: str, value: list[str]) -> Any:
        if "yes" not in value:
            return cases
        decided = Decision.objects.filter(owner_id=current_council().number, card_id=self.request.actor.pk)
        return cases.filter(pk__in=decided.values("case_id"))
