"""Demand and joint purchases for the shared service's programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import reverse
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Body, Nothing, ReasonBody
from shared_services.api.problems import Problem
from shared_services.api.routing import SHARED
from shared_services.api.rows import Answer, elsewhere, row_of, rows
from shared_services.api.viewsets import RoomViewSet
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import DemandStatus, ProposalStatus, ShareStatus
from .models import DemandLine, JointProposal, ProposalLine, ProposalShare
from .selectors import demand_by_category
from .services import demand, proposals

HOSTS = (SHARED,)
MOST_LINES = 2000


def money_answer(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, **kwargs)


class DemandAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="owner_id")
    requisition_id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    line_number = serializers.IntegerField()
    cpv = serializers.CharField(source="cpv_id")
    description = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    unit = serializers.CharField()
    net_amount = money_answer()
    needed_by_on = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=DemandStatus.choices)
    handed_over_at = serializers.DateTimeField()


class CellAnswer(Answer):
    council = serializers.IntegerField()
    lines = serializers.IntegerField()
    net_amount = money_answer()


class CategoryAnswer(Answer):
    category = serializers.CharField()
    label = serializers.CharField()
    lines = serializers.IntegerField()
    net_amount = money_answer()
    councils = CellAnswer(many=True)


class CategoriesAnswer(Answer):
    results = CategoryAnswer(many=True)


class LinesBody(Body):
    line_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_LINES)


class ReturnBody(LinesBody):
    reason = serializers.CharField(max_length=500)


class ReturnedAnswer(Answer):
    references = serializers.ListField(child=serializers.CharField())


class DemandFilter(django_filters.FilterSet):
    council = django_filters.NumberFilter(field_name="owner_id")
    status = django_filters.ChoiceFilter(choices=DemandStatus.choices)
    category = django_filters.CharFilter(field_name="cpv_id", lookup_expr="startswith", label="First digits of a CPV code")
    needed_from = django_filters.DateFilter(field_name="needed_by_on", lookup_expr="gte")
    needed_until = django_filters.DateFilter(field_name="needed_by_on", lookup_expr="lte")

    class Meta:
        model = DemandLine
        fields: list[str] = []


class Demand(RoomViewSet):
    """What councils handed over to be bought together."""

    tag = "Demand"
    permissions = {
        "list": "procurement.view_demand",
        "retrieve": "procurement.view_demand",
        "by_category": "procurement.view_demand",
        "hand_back": "procurement.manage_proposals",
    }
    body = {"hand_back": ReturnBody}
    answers = {"by_category": CategoriesAnswer, "hand_back": ReturnedAnswer}
    answer_class = DemandAnswer
    filterset_class = DemandFilter
    ordering = {"needed_by_on": "needed_by_on", "net_amount": "net_amount", "handed_over_at": "handed_over_at"}
    default_ordering = "needed_by_on,reference,line_number"

    def get_queryset(self) -> Any:
        return DemandLine.objects.of_councils(council.number for council in all_councils())

    @action(detail=False, methods=["get"], url_path="by-category")
    def by_category(self, request: Any) -> HttpResponse:
        """Open demand by CPV division, councils side by side."""
        found = [
            {
                "category": row.digits,
                "label": row.label,
                "lines": row.lines,
                "net_amount": row.net_amount,
                "councils": [
                    {"council": cell.council.number, "lines": cell.lines, "net_amount": cell.net_amount}
                    for cell in row.cells
                ],
            }
            for row in demand_by_category()
        ]
        return self.answer({"results": found})

    @action(detail=False, methods=["post"], url_path="hand-back")
    def hand_back(self, request: Any) -> HttpResponse:
        """Hand demand back to its councils, whole requisitions at a time."""
        data = self.read_body()
        return self.answer({"references": demand.return_demand(actor=self.actor, **data)})


class ProposalAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField(source="category_id")
    supplier_name = serializers.CharField()
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    estimated_amount = money_answer()
    net_amount = money_answer()
    case_id = serializers.UUIDField(allow_null=True)
    orders_outstanding = serializers.IntegerField()
    drafted_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class ShareAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="council_id")
    council_name = serializers.CharField()
    line_count = serializers.IntegerField()
    estimated_amount = money_answer()
    net_amount = money_answer()
    status = serializers.ChoiceField(choices=ShareStatus.choices)
    order_references = serializers.CharField()


class ProposalLineAnswer(Answer):
    id = serializers.UUIDField()
    demand_line_id = serializers.UUIDField()
    council_name = serializers.CharField(source="share.council_name")
    agreed_unit_price = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)
    net_amount = money_answer()


class ProposalDetailAnswer(ProposalAnswer):
    justification = serializers.CharField()
    show_totals_to_councils = serializers.BooleanField()
    close_reason = serializers.CharField()
    shares = elsewhere(ShareAnswer(many=True))
    lines = elsewhere(ProposalLineAnswer(many=True))


class NewProposalBody(LinesBody):
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PriceBody(Body):
    line_id = serializers.UUIDField()
    agreed_unit_price = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)


class ProposalBody(Body):
    title = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=10)
    supplier_name = serializers.CharField(max_length=200, allow_blank=True, default="")
    justification = serializers.CharField(max_length=5000, allow_blank=True, default="")
    show_totals_to_councils = serializers.BooleanField(default=True)
    prices = PriceBody(many=True, required=False, max_length=MOST_LINES)


class ProposalFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)
    reference = django_filters.CharFilter()

    class Meta:
        model = JointProposal
        fields: list[str] = []


class Proposals(RoomViewSet):
    """Joint purchases, from draft to the councils' orders."""

    tag = "Joint purchases"
    permissions = {
        "list": "procurement.view_demand",
        "retrieve": "procurement.view_demand",
        "create": "procurement.propose_joint_purchase",
        "update": "procurement.propose_joint_purchase",
        "submit": "procurement.propose_joint_purchase",
        "cancel": "procurement.manage_proposals",
    }
    body = {"create": NewProposalBody, "update": ProposalBody, "submit": Nothing, "cancel": ReasonBody}
    answers = {"create": ProposalAnswer, "update": ProposalAnswer, "submit": ProposalAnswer, "cancel": ProposalAnswer}
    answer_class = ProposalAnswer
    detail_class = ProposalDetailAnswer
    filterset_class = ProposalFilter
    ordering = {"drafted_at": "drafted_at", "net_amount": "net_amount"}
    default_ordering = "-drafted_at,pk"

    def get_queryset(self) -> Any:
        return JointProposal.objects.of_shared_service()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        ours = {"owner_id": SHARED_SERVICE_NUMBER, "proposal_id": pk}
        row["shares"] = rows(ProposalShare.objects.filter(**ours), ShareAnswer)
        row["lines"] = rows(ProposalLine.objects.filter(**ours, is_live=True), ProposalLineAnswer)
        return row

    def create(self, request: Any) -> HttpResponse:
        """Group open demand into a draft; the lines' whole requisitions come along."""
        return self._changed(proposals.draft_proposal(actor=self.actor, **self.read_body()), status=201)

    def update(self, request: Any, pk: UUID) -> HttpResponse:
        """Change a draft's wording and the agreed prices."""
        if self.version is None:
            raise Problem(428, "version_missing", "Send the proposal's ETag as If-Match.")
        self._check_there(pk)
        data = self.read_body()
        data["prices"] = {one["line_id"]: one["agreed_unit_price"] for one in data.get("prices", ())}
        return self._changed(
            proposals.change_proposal(actor=self.actor, proposal_id=pk, version=self.version, **data)
        )

    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: UUID) -> HttpResponse:
        """Send a draft to the councils: one task each."""
        self._check_there(pk)
        return self._changed(proposals.submit_proposal(actor=self.actor, proposal_id=pk, version=self.version))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: UUID) -> HttpResponse:
        """Give a proposal up before its orders are raised; its demand is open again."""
        self._check_there(pk)
        reason = self.read_body()["reason"]
        return self._changed(
            proposals.cancel_proposal(actor=self.actor, proposal_id=pk, reason=reason, version=self.version)
        )

    def _check_there(self, pk: UUID) -> None:
        if not self.get_queryset().filter(pk=pk).exists():
            raise Problem(404, "not_found", "There is nothing here under that address.")

    def _changed(self, proposal: JointProposal, status: int = 200) -> HttpResponse:
        location = reverse("api:proposal-detail", kwargs={"pk": proposal.pk}) if status == 201 else None
        row = row_of(proposal, ProposalAnswer)
        return self.answer(row, status=status, version=proposal.version, location=location)


def register(router: Any) -> None:
    router.register("demand", Demand, basename="demand")
    router.register("proposals", Proposals, basename="proposal")
