"""Filters of the demand list and of the list of joint proposals."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet, MoneyFilter
from shared_services.tenancy.directory import all_councils

from .choices import DemandStatus, ProposalStatus
from .models import DemandLine, JointProposal


def council_choices() -> list[tuple[str, str]]:
    return [(str(council.number), council.short_name) for council in all_councils()]


class DemandFilter(GovukFilterSet):
    council = CheckboxesFilter(field_name="owner_id", label="Council", choices=council_choices)
    status = CheckboxesFilter(label="Status", choices=DemandStatus.choices)
    category = django_filters.CharFilter(
        method="under_category", label="Category", help_text="The first digits of a CPV code, like 302"
    )
    needed_from = DateFilter(field_name="needed_by_on", lookup_expr="gte", label="Needed from")
    needed_until = DateFilter(field_name="needed_by_on", lookup_expr="lte", label="Needed until")
    amount_from = MoneyFilter(field_name="net_amount", lookup_expr="gte", label="Amount at least")
    amount_to = MoneyFilter(field_name="net_amount", lookup_expr="lte", label="Amount at most")

    class Meta:
        model = DemandLine
        fields: tuple[str, ...] = ()

    def under_category(self, lines: Any, _name: str, value: str) -> Any:
        digits = value.strip().partition("-")[0]
        # Zeros at the end stand for "all below": 30200000 means everything under 302.
        digits = digits.rstrip("0").ljust(2, "0") if len(digits) == 8 else digits
        return lines.filter(cpv__code__startswith=digits) if digits.isdigit() else lines.none()


class ProposalFilter(GovukFilterSet):
    status = CheckboxesFilter(label="Status", choices=ProposalStatus.choices)
    mine = django_filters.BooleanFilter(
        method="only_mine", label="Drafted by me", widget=forms.CheckboxInput, field_name="drafted_by"
    )
    amount_from = MoneyFilter(field_name="net_amount", lookup_expr="gte", label="Total at least")
    amount_to = MoneyFilter(field_name="net_amount", lookup_expr="lte", label="Total at most")

    class Meta:
        model = JointProposal
        fields: tuple[str, ...] = ()

    def only_mine(self, proposals: Any, _name: str, value: bool) -> Any:
        return proposals.filter(drafted_by=self.request.actor) if value else proposals
