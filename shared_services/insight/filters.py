"""Filters of the list of published spend."""

from __future__ import annotations

from typing import Any

import django_filters

from shared_services.govuk.filters import DateFilter, GovukFilterSet, MoneyFilter
from shared_services.govuk.forms import SelectField
from shared_services.procurement.selectors import division_labels

from .models import PublishedSpend
from .selectors import NOT_MATCHED, NOT_MATCHED_LABEL


def division_choices() -> list[tuple[str, str]]:
    return [
        ("", "Any category"),
        *sorted(division_labels().items(), key=lambda one: one[1]),
        (NOT_MATCHED, NOT_MATCHED_LABEL),
    ]


class CategoryFilter(django_filters.Filter):
    """One category of many, in a list that opens."""

    field_class = SelectField


class PublishedSpendFilter(GovukFilterSet):
    division = CategoryFilter(method="in_division", label="Category", choices=division_choices)
    paid_from = DateFilter(field_name="paid_on", lookup_expr="gte", label="Paid from")
    paid_until = DateFilter(field_name="paid_on", lookup_expr="lte", label="Paid until")
    amount_from = MoneyFilter(field_name="net_amount", lookup_expr="gte", label="Amount at least")

    class Meta:
        model = PublishedSpend
        fields: tuple[str, ...] = ()

    def in_division(self, lines: Any, _name: str, value: str) -> Any:
        return lines.filter(division="" if value == NOT_MATCHED else value)
