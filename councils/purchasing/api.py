"""Requisitions, orders and the CPV search for programs."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from typing import Any
from uuid import UUID

import django_filters
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.access.permissions import SIGNED_IN
from shared_services.api.bodies import NoteBody, Nothing, ReasonBody
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, columns, row_of, rows
from shared_services.api.viewsets import RoomViewSet
from shared_services.procurement.selectors import search_cpv
from shared_services.tenancy.door import current_council

from . import services
from .api_shapes import (
    CodingAnswer,
    LineAnswer,
    NewRequisitionBody,
    OrderAnswer,
    OrderDetailAnswer,
    OrderLineAnswer,
    RequisitionAnswer,
    RequisitionBody,
    RequisitionDetailAnswer,
    SentBody,
    draft_from,
)
from .choices import OrderStatus, RequisitionStatus
from .models import LineCoding, OrderLine, PurchaseOrder, Requisition, RequisitionLine
from .order_pdf import order_pdf
from .selectors import orders_visible_to, requisitions_visible_to

MOST_HITS = 50


class RequisitionFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=RequisitionStatus.choices)
    reference = django_filters.CharFilter()
    requester_id = django_filters.UUIDFilter()
    min_net_amount = django_filters.NumberFilter(field_name="net_amount", lookup_expr="gte")
    max_net_amount = django_filters.NumberFilter(field_name="net_amount", lookup_expr="lte")
    created_from = django_filters.DateFilter(field_name="created_at", lookup_expr="date__gte")
    created_until = django_filters.DateFilter(field_name="created_at", lookup_expr="date__lte")

    class Meta:
        model = Requisition
        fields: list[str] = []


class Requisitions(RoomViewSet):
    """Requests to buy: your own, and those you may see because of your roles."""

    tag = "Requisitions"
    permissions = {
        "list": "purchasing.view_requisition",
        "retrieve": "purchasing.view_requisition",
        "create": "purchasing.raise_requisition",
        "update": "purchasing.raise_requisition",
        "submit": "purchasing.raise_requisition",
        "withdraw": "purchasing.raise_requisition",
        "copy": "purchasing.raise_requisition",
    }
    body = {
        "create": NewRequisitionBody,
        "update": RequisitionBody,
        "submit": Nothing,
        "withdraw": NoteBody,
        "copy": Nothing,
    }
    answers = {
        "create": RequisitionAnswer,
        "update": RequisitionAnswer,
        "submit": RequisitionAnswer,
        "withdraw": RequisitionAnswer,
        "copy": RequisitionAnswer,
    }
    creating = ("create", "copy")
    answer_class = RequisitionAnswer
    detail_class = RequisitionDetailAnswer
    filterset_class = RequisitionFilter
    ordering = {"created_at": "created_at", "net_amount": "net_amount", "needed_by_on": "needed_by_on"}
    default_ordering = "-created_at,pk"

    def get_queryset(self) -> Any:
        return requisitions_visible_to(self.actor)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        names, paths = columns(CodingAnswer)
        codings: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        shares = LineCoding.objects.filter(line__requisition_id=pk)
        for line_id, *values in shares.values_list("line_id", *paths):
            codings[line_id].append(dict(zip(names, values, strict=True)))
        row["lines"] = rows(RequisitionLine.objects.filter(requisition_id=pk), LineAnswer)
        for line in row["lines"]:
            line["codings"] = codings[line["id"]]
        return row

    def create(self, request: Any) -> HttpResponse:
        """Start a requisition, and submit it too if asked."""
        data = self.read_body()
        submit = data.pop("submit")
        # Both or neither: what cannot be submitted is not left as a draft.
        with transaction.atomic() if submit else nullcontext():
            requisition = services.start_requisition(actor=self.actor, draft=draft_from(data))
            if submit:
                requisition = services.submit_requisition(actor=self.actor, requisition_id=requisition.pk)
        return self._changed(requisition, status=201)

    def update(self, request: Any, pk: UUID) -> HttpResponse:
        """Replace the form of a draft, or of a requisition that was sent back."""
        draft = draft_from(self.read_body())
        requisition = services.save_draft(actor=self.actor, requisition_id=pk, draft=draft, version=self.version)
        return self._changed(requisition)

    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: UUID) -> HttpResponse:
        """Send a requisition for approval; its budget is reserved."""
        requisition = services.submit_requisition(actor=self.actor, requisition_id=pk, version=self.version)
        return self._changed(requisition)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: UUID) -> HttpResponse:
        """Take a requisition back; its budget is free again."""
        note = self.read_body()["note"]
        requisition = services.withdraw_requisition(
            actor=self.actor, requisition_id=pk, version=self.version, note=note
        )
        return self._changed(requisition)

    @action(detail=True, methods=["post"])
    def copy(self, request: Any, pk: UUID) -> HttpResponse:
        """Start a new draft with the same lines and codes."""
        return self._changed(services.copy_requisition(actor=self.actor, requisition_id=pk), status=201)

    def _changed(self, requisition: Requisition, status: int = 200) -> HttpResponse:
        location = reverse("api:requisition-detail", kwargs={"pk": requisition.pk}) if status == 201 else None
        return self.answer(
            row_of(requisition, RequisitionAnswer), status=status, version=requisition.version, location=location
        )


class OrderFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=OrderStatus.choices)
    reference = django_filters.CharFilter()
    requisition_id = django_filters.UUIDFilter()
    supplier_name = django_filters.CharFilter(lookup_expr="icontains")
    min_net_amount = django_filters.NumberFilter(field_name="net_amount", lookup_expr="gte")
    max_net_amount = django_filters.NumberFilter(field_name="net_amount", lookup_expr="lte")

    class Meta:
        model = PurchaseOrder
        fields: list[str] = []


class Orders(RoomViewSet):
    """Purchase orders, raised when a requisition has every approval."""

    tag = "Orders"
    permissions = {
        "list": "purchasing.view_order",
        "retrieve": "purchasing.view_order",
        "pdf": "purchasing.view_order",
        "cancel": "purchasing.cancel_order",
        "sent": "purchasing.issue_order",
    }
    body = {"cancel": ReasonBody, "sent": SentBody}
    answers = {"cancel": OrderAnswer, "sent": OrderAnswer}
    answer_class = OrderAnswer
    detail_class = OrderDetailAnswer
    filterset_class = OrderFilter
    ordering = {"issued_at": "issued_at", "net_amount": "net_amount", "supplier_name": "supplier_name"}
    default_ordering = "-issued_at,pk"

    def get_queryset(self) -> Any:
        return orders_visible_to(self.actor)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        row["lines"] = rows(OrderLine.objects.filter(order_id=pk), OrderLineAnswer)
        return row

    @extend_schema(responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Any, pk: UUID) -> HttpResponse:
        """The order as the paper that the supplier gets."""
        order = get_object_or_404(self.get_queryset().with_lines(), pk=pk)
        response = HttpResponse(order_pdf(order, current_council()), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{order.reference}.pdf"'
        return response

    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: UUID) -> HttpResponse:
        """Cancel an order; what it had committed is free again."""
        reason = self.read_body()["reason"]
        order = services.cancel_order(actor=self.actor, order_id=pk, reason=reason, version=self.version)
        return self.answer(row_of(order, OrderAnswer), version=order.version)

    @action(detail=True, methods=["post"])
    def sent(self, request: Any, pk: UUID) -> HttpResponse:
        """Record when and how an order went to its supplier."""
        order = services.record_order_sent(actor=self.actor, order_id=pk, version=self.version, **self.read_body())
        return self.answer(row_of(order, OrderAnswer), version=order.version)


class CpvAnswer(Answer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # A declared field leaves the class before it counts.
    level = serializers.IntegerField()
    division_label = serializers.CharField()


class CpvHitsAnswer(Answer):
    results = CpvAnswer(many=True)


class CpvCodes(RoomViewSet):
    """The 9,454 codes of the Common Procurement Vocabulary, by words or by first digits."""

    tag = "CPV"
    permissions = {"list": SIGNED_IN}
    answer_class = CpvAnswer
    answers = {"list": CpvHitsAnswer}
    paged = False

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True, description="Words, or the first digits of a code"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "default": 20}),
        ]
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        query, limit = request.GET.get("q", "").strip(), request.GET.get("limit", "20")
        if not query:
            raise Problem(400, "invalid", "Say what to look for: “q” is words, or the first digits of a code.")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:4]) <= MOST_HITS:
            raise Problem(400, "invalid", f"“limit” must be a whole number from 1 to {MOST_HITS}.")
        hits = search_cpv(query[:200], limit=int(limit))
        return self.answer({"results": [row_of(hit, CpvAnswer) for hit in hits]})


def register(router: Any) -> None:
    router.register("requisitions", Requisitions, basename="requisition")
    router.register("orders", Orders, basename="order")
    router.register("cpv-codes", CpvCodes, basename="cpv-code")
