"""Filters of the list of problems and of the old orders."""

from __future__ import annotations

from typing import Any

import django_filters

from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet

from .choices import OrderCategory, Severity
from .models import LegacyOrder, RowProblem


class ProblemFilters(GovukFilterSet):
    severity = CheckboxesFilter(label="Effect", choices=Severity.choices)
    file = django_filters.ChoiceFilter(field_name="file_id", label="File", empty_label="Any", choices=())
    reason = django_filters.ChoiceFilter(label="Reason", empty_label="Any", choices=())

    class Meta:
        model = RowProblem
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        batch = self.request.resolver_match.kwargs["reference"]
        found = RowProblem.objects.filter(batch__reference=batch).order_by()
        files = found.values_list("file_id", "file__name").distinct()
        self.filters["file"].extra["choices"] = sorted(
            ((str(key), name) for key, name in files), key=lambda one: one[1]
        )
        reasons = found.values_list("reason", flat=True).distinct()
        self.filters["reason"].extra["choices"] = sorted((one, reason_in_words(one)) for one in reasons)


class LegacyOrderFilters(GovukFilterSet):
    category = CheckboxesFilter(label="Kind", choices=OrderCategory.choices)
    ordered_from = DateFilter(field_name="ordered_on", lookup_expr="gte", label="Ordered from")
    ordered_until = DateFilter(field_name="ordered_on", lookup_expr="lte", label="Ordered until")

    class Meta:
        model = LegacyOrder
        fields: tuple[str, ...] = ()


def reason_in_words(reason: str) -> str:
    """A reason such as `unknown_cost_centre` as officers read it."""
    words = reason.replace("_", " ")
    return words[:1].upper() + words[1:]
