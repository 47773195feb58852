"""Filters of the requisition and order lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from councils.finance.selectors import all_cost_centres
from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet, ListedFilter, MoneyFilter

from .choices import OrderStatus, RequisitionStatus
from .models import LineCoding, PurchaseOrder, Requisition


class RequisitionFilters(GovukFilterSet):
    status = CheckboxesFilter(label="Status", choices=RequisitionStatus.choices)
    mine = django_filters.BooleanFilter(
        method="only_mine", label="Raised by me", widget=forms.CheckboxInput, field_name="requester_id"
    )
    cost_centre = ListedFilter(
        method="paid_by", label="Cost centre", listed=all_cost_centres, empty_label="All cost centres"
    )
    at_least = MoneyFilter(field_name="net_amount", lookup_expr="gte", label="Net amount from")
    at_most = MoneyFilter(field_name="net_amount", lookup_expr="lte", label="Net amount to")
    needed_from = DateFilter(field_name="needed_by_on", lookup_expr="gte", label="Needed from")
    needed_until = DateFilter(field_name="needed_by_on", lookup_expr="lte", label="Needed until")

    def only_mine(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(requester_id=self.request.actor.pk) if value else queryset

    def paid_by(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.filter(pk__in=LineCoding.objects.filter(cost_centre__code=value).values("line__requisition_id"))

    class Meta:
        model = Requisition
        fields: list[str] = []


class OrderFilters(GovukFilterSet):
    status = CheckboxesFilter(label="Status", choices=OrderStatus.choices)
    supplier = django_filters.CharFilter(field_name="supplier_name", lookup_expr="icontains", label="Supplier")
    at_least = MoneyFilter(field_name="net_amount", lookup_expr="gte", label="Net amount from")
    at_most = MoneyFilter(field_name="net_amount", lookup_expr="lte", label="Net amount to")
    issued_from = DateFilter(field_name="issued_at", lookup_expr="date__gte", label="Raised from")
    issued_until = DateFilter(field_name="issued_at", lookup_expr="date__lte", label="Raised until")

    class Meta:
        model = PurchaseOrder
        fields: list[str] = []
