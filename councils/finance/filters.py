"""Filters of the budget and commitment lists."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate

from councils.organisation.selectors import department_choices
from shared_services.govuk.filters import CheckboxesFilter, GovukFilterSet, ListedFilter, MoneyFilter

from .choices import CommitmentKind, SubjectiveGroup
from .forms import code_choices, year_choices
from .holders import cost_centres_held_by
from .models import BudgetPosition, Commitment, CostCentre, SubjectiveCode, Virement
from .years import financial_year_of


class OneYearFilterSet(GovukFilterSet):
    """A list of one financial year: this one, unless the officer asks for another."""

    year = ListedFilter(field_name="financial_year", label="Financial year", listed=year_choices, empty_label=None)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and not data.get("year"):
            data = data.copy()
            data["year"] = str(financial_year_of(localdate()))
        super().__init__(data, *args, **kwargs)


class BudgetFilters(OneYearFilterSet):
    department = ListedFilter(
        field_name="cost_centre__department_id",
        label="Department",
        listed=department_choices,
        empty_label="All departments",
    )
    cost_centre = ListedFilter(
        field_name="cost_centre__code",
        label="Cost centre",
        listed=lambda: code_choices(CostCentre.objects.all()),
        empty_label="All cost centres",
    )
    group = CheckboxesFilter(field_name="subjective__group", label="Group", choices=SubjectiveGroup.choices)
    available = MoneyFilter(field_name="available_amount", lookup_expr="lte", label="Available at most", min_value=None)
    running_out = django_filters.BooleanFilter(
        method="only_running_out", label="Less than 10% left", widget=forms.CheckboxInput
    )
    mine = django_filters.BooleanFilter(
        method="only_mine", label="Budgets that I hold", widget=forms.CheckboxInput, field_name="cost_centre"
    )

    def only_running_out(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return cast(Any, queryset).running_out() if value else queryset

    def only_mine(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return cast(Any, queryset).of_cost_centres(cost_centres_held_by(self.request.actor.pk)) if value else queryset

    class Meta:
        model = BudgetPosition
        fields: list[str] = []


class CommitmentFilters(OneYearFilterSet):
    subjective = ListedFilter(
        field_name="subjective__code",
        label="Subjective code",
        listed=lambda: code_choices(SubjectiveCode.objects.all()),
        empty_label="All codes",
    )
    kind = CheckboxesFilter(label="Kind", choices=CommitmentKind.choices)
    released = django_filters.BooleanFilter(
        method="only_live_or_all",
        label="Show released commitments too",
        widget=forms.CheckboxInput,
        field_name="released_at",
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if not (self.data or {}).get("released"):
            self.queryset = cast(Any, self).queryset.live()

    def only_live_or_all(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset

    class Meta:
        model = Commitment
        fields: list[str] = []


class VirementFilters(OneYearFilterSet):
    class Meta:
        model = Virement
        fields: list[str] = []


class CodeFilters(GovukFilterSet):
    """Codes open on a day: today's, unless all are asked for."""

    closed = django_filters.BooleanFilter(
        method="open_or_all", label="Show closed codes too", widget=forms.CheckboxInput, field_name="valid_to"
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if not (self.data or {}).get("closed"):
            self.queryset = cast(Any, self).queryset.open_on(localdate())

    def open_or_all(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset


class CostCentreFilters(CodeFilters):
    department = ListedFilter(
        field_name="department_id",
        label="Department",
        listed=department_choices,
        empty_label="All departments",
    )
    unheld = django_filters.BooleanFilter(
        method="only_unheld", label="Without a budget holder", widget=forms.CheckboxInput
    )

    def only_unheld(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return cast(Any, queryset).unheld() if value else queryset

    class Meta:
        model = CostCentre
        fields: list[str] = []


class SubjectiveFilters(CodeFilters):
    group = CheckboxesFilter(label="Group", choices=SubjectiveGroup.choices)

    class Meta:
        model = SubjectiveCode
        fields: list[str] = []
