"""Demand and joint proposals for programs, on the shared service's host."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.decorators import action

from shared_services.api.bodies import Nothing
from shared_services.api.problems import Problem
from shared_services.api.rows import row_of, rows
from shared_services.api.viewsets import RoomViewSet
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import rules, selectors, services
from .api_shapes import (
    AddDemandBody,
    AskAgainBody,
    CancelBody,
    DemandAnswer,
    GroupBody,
    HandBackBody,
    HandedBackAnswer,
    ProposalBody,
    ProposalLineAnswer,
    PurchaseProposalAnswer,
    PurchaseProposalDetailAnswer,
    RemoveDemandBody,
    ShareAnswer,
)
from .choices import DemandStatus, ProposalStatus
from .models import DemandLine, JointProposal, ProposalLine

HOSTS = ("shared",)
VIEW = "procurement.view_demand"


class DemandApiFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=DemandStatus.choices)
    council = django_filters.NumberFilter(field_name="owner_id", min_value=0, max_value=9999)
    cpv = django_filters.CharFilter(field_name="cpv__code", lookup_expr="startswith")
    reference = django_filters.CharFilter()
    needed_from = django_filters.DateFilter(field_name="needed_by_on", lookup_expr="gte")
    needed_until = django_filters.DateFilter(field_name="needed_by_on", lookup_expr="lte")

    class Meta:
        model = DemandLine
        fields: list[str] = []


class Demand(RoomViewSet):
    """Lines of requisitions that councils handed over to be bought together."""

    tag = "Demand"
    permissions = {"list": VIEW, "retrieve": VIEW, "hand_back": rules.MAY_MANAGE}
    body = {"hand_back": HandBackBody}
    answers = {"hand_back": HandedBackAnswer}
    answer_class = DemandAnswer
    filterset_class = DemandApiFilter
    ordering = {"needed_by_on": "needed_by_on", "net_amount": "net_amount", "handed_over_at": "handed_over_at"}
    default_ordering = "needed_by_on,pk"

    def get_queryset(self) -> Any:
        return DemandLine.objects.of_councils(council.number for council in all_councils())

    @action(detail=False, methods=["post"], url_path="hand-back")
    def hand_back(self, request: Any) -> HttpResponse:
        """Hand whole requisitions back, so that each council buys its own."""
        data = self.read_body()
        references = services.return_demand(actor=self.actor, line_ids=data["line_ids"], reason=data["reason"])
        return self.answer({"references": references})


class ProposalApiFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)
    reference = django_filters.CharFilter()

    class Meta:
        model = JointProposal
        fields: list[str] = []


class Proposals(RoomViewSet):
    """Joint proposals: drafted from demand, sent to the councils, ordered by each in its own room."""

    tag = "Joint proposals"
    permissions = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": rules.MAY_PROPOSE,
        "update": rules.MAY_MANAGE,
        "add_demand": rules.MAY_PROPOSE,
        "remove_demand": rules.MAY_MANAGE,
        "submit": rules.MAY_MANAGE,
        "cancel": rules.MAY_MANAGE,
        "ask_again": rules.MAY_MANAGE,
    }
    body = {
        "create": GroupBody,
        "update": ProposalBody,
        "add_demand": AddDemandBody,
        "remove_demand": RemoveDemandBody,
        "submit": Nothing,
        "cancel": CancelBody,
        "ask_again": AskAgainBody,
    }
    answers = {
        "create": PurchaseProposalAnswer,
        "update": PurchaseProposalAnswer,
        "add_demand": PurchaseProposalAnswer,
        "remove_demand": PurchaseProposalAnswer,
        "submit": PurchaseProposalAnswer,
        "cancel": PurchaseProposalAnswer,
        "ask_again": PurchaseProposalAnswer,
    }
    creating = ("create",)
    answer_class = PurchaseProposalAnswer
    detail_class = PurchaseProposalDetailAnswer
    filterset_class = ProposalApiFilter
    ordering = {"drafted_at": "drafted_at", "net_amount": "net_amount"}
    default_ordering = "-drafted_at,pk"

    def get_queryset(self) -> Any:
        return JointProposal.objects.of_shared_service()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        proposal = self._found(pk)
        held = ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal)
        row["lines"] = rows(held.filter(is_live=True) if proposal.is_live else held, ProposalLineAnswer)
        row["shares"] = [
            {**row_of(one.share, ShareAnswer), "answer": one.answer, "answered_by": one.answered_by}
            for one in selectors.share_rows(proposal)
        ]
        return row

    def create(self, request: Any) -> HttpResponse:
        """Group open demand into a draft; the lines' whole requisitions come along."""
        data = self.read_body()
        proposal = services.draft_proposal(actor=self.actor, line_ids=data["line_ids"], title=data["title"])
        return self._changed(proposal, status=201)

    def update(self, request: Any, pk: UUID) -> HttpResponse:
        """Change a draft's wording and the prices agreed for its lines."""
        data = self.read_body()
        prices = {price["line_id"]: price["agreed_unit_price"] for price in data.pop("prices", ())}
        found = self._found(pk)
        version = self.version if self.version is not None else found.version
        return self._changed(
            services.change_proposal(actor=self.actor, proposal_id=pk, version=version, prices=prices, **data)
        )

    @action(detail=True, methods=["post"], url_path="add-demand")
    def add_demand(self, request: Any, pk: UUID) -> HttpResponse:
        """Put more open demand into a draft."""
        self.check_version(self._found(pk).version)
        lines = self.read_body()["line_ids"]
        return self._changed(services.add_demand(actor=self.actor, proposal_id=pk, line_ids=lines))

    @action(detail=True, methods=["post"], url_path="remove-demand")
    def remove_demand(self, request: Any, pk: UUID) -> HttpResponse:
        """Take one requisition out of a draft."""
        self.check_version(self._found(pk).version)
        requisition = self.read_body()["requisition_id"]
        return self._changed(services.remove_demand(actor=self.actor, proposal_id=pk, requisition_id=requisition))

    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: UUID) -> HttpResponse:
        """Send a draft to the councils concerned."""
        self._found(pk)
        return self._changed(services.submit_proposal(actor=self.actor, proposal_id=pk, version=self.version))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: UUID) -> HttpResponse:
        """Give a proposal up before its orders are raised."""
        self._found(pk)
        reason = self.read_body()["reason"]
        return self._changed(
            services.cancel_proposal(actor=self.actor, proposal_id=pk, reason=reason, version=self.version)
        )

    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Any, pk: UUID) -> HttpResponse:
        """Ask a council's room again for an order that it could not raise."""
        proposal = self._found(pk)
        share_id = self.read_body()["share_id"]
        if share_id not in {share.pk for share in selectors.shares_of(proposal)}:
            raise Problem(404, "not_found", "No council has that share in this proposal.")
        services.ask_for_order_again(actor=self.actor, proposal_id=pk, share_id=share_id)
        return self._changed(self._found(pk))

    def _found(self, pk: UUID) -> JointProposal:
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return found

    def _changed(self, proposal: JointProposal, status: int = 200) -> HttpResponse:
        location = reverse("api:proposal-detail", kwargs={"pk": proposal.pk}) if status == 201 else None
        return self.answer(
            row_of(proposal, PurchaseProposalAnswer), status=status, version=proposal.version, location=location
        )


def register(router: Any) -> None:
    router.register("demand", Demand, basename="demand")
    router.register("proposals", Proposals, basename="proposal")
