"""Filters of the inbox and of the list of cases."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone

from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet, MoneyFilter
from shared_services.tenancy.door import current_council

from .choices import CaseStatus
from .definitions import process_titles
from .models import Case, Decision, TaskCandidate


class InboxFilter(GovukFilterSet):
    process = CheckboxesFilter(field_name="task__process", label="Process", choices=process_titles)
    overdue = CheckboxesFilter(method="only_overdue", label="Due", choices=[("yes", "Overdue only")])
    amount_from = MoneyFilter(field_name="amount", lookup_expr="gte", label="Amount at least")
    amount_to = MoneyFilter(field_name="amount", lookup_expr="lte", label="Amount at most")

    class Meta:
        model = TaskCandidate
        fields: tuple[str, ...] = ()

    def only_overdue(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.overdue(on=timezone.localdate()) if "yes" in value else rows


class CaseFilter(GovukFilterSet):
    process = CheckboxesFilter(label="Process", choices=process_titles)
    status = CheckboxesFilter(label="Status", choices=CaseStatus.choices)
    mine = CheckboxesFilter(method="only_mine", label="Raised by", choices=[("yes", "Me only")])
    decided = CheckboxesFilter(method="only_decided", label="Decided by", choices=[("yes", "Me only")])
    requester = django_filters.CharFilter(
        field_name="requester_name", lookup_expr="icontains", label="Requester's name"
    )
    amount_from = MoneyFilter(field_name="amount", lookup_expr="gte", label="Amount at least")
    opened_from = DateFilter(field_name="opened_at", lookup_expr="date__gte", label="Started from")

    class Meta:
        model = Case
        fields: tuple[str, ...] = ()

    def only_mine(self, cases: Any, _name: str, value: list[str]) -> Any:
        return cases.filter(requester_id=self.request.actor.pk) if "yes" in value else cases

    def only_decided(self, cases: Any, _name: str, value: list[str]) -> Any:
        if "yes" not in value:
            return cases
        decided = Decision.objects.filter(owner_id=current_council().number, card_id=self.request.actor.pk)
        return cases.filter(pk__in=decided.values("case_id"))
