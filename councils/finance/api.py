"""Cost centres, balances, commitments and virements for programs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers

from shared_services.access.permissions import may
from shared_services.api.bodies import Body, MoneyField
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomViewSet

from .choices import CommitmentKind, SubjectiveGroup
from .holders import cost_centres_held_by
from .models import BudgetPosition, Commitment, CostCentre, SubjectiveCode, Virement
from .services import vire


def money_answer(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, **kwargs)


class CostCentreAnswer(Answer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    department_id = serializers.UUIDField()
    budget_holder_id = serializers.UUIDField(allow_null=True)
    budget_holder_post_id = serializers.UUIDField(allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class CodeFilter(django_filters.FilterSet):
    code = django_filters.CharFilter()
    name = django_filters.CharFilter(lookup_expr="icontains")
    open_on = django_filters.DateFilter(method="open_on_day", label="Codes that may be charged on this day")

    def open_on_day(self, codes: Any, _name: str, day: Any) -> Any:
        return codes.open_on(day)


class CostCentreFilter(CodeFilter):
    department_id = django_filters.UUIDFilter()

    class Meta:
        model = CostCentre
        fields: list[str] = []


class CostCentres(RoomViewSet):
    """Where money is spent."""

    tag = "Finance"
    permissions = {"list": "finance.view_budgets", "retrieve": "finance.view_budgets"}
    answer_class = CostCentreAnswer
    filterset_class = CostCentreFilter
    ordering = {"code": "code", "name": "name"}
    default_ordering = "code"

    def get_queryset(self) -> Any:
        return CostCentre.objects.all()


class SubjectiveAnswer(Answer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    group = serializers.ChoiceField(choices=SubjectiveGroup.choices)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class SubjectiveFilter(CodeFilter):
    group = django_filters.ChoiceFilter(choices=SubjectiveGroup.choices)

    class Meta:
        model = SubjectiveCode
        fields: list[str] = []


class SubjectiveCodes(RoomViewSet):
    """What money is spent on."""

    tag = "Finance"
    permissions = {"list": "finance.view_budgets", "retrieve": "finance.view_budgets"}
    answer_class = SubjectiveAnswer
    filterset_class = SubjectiveFilter
    ordering = {"code": "code", "name": "name"}
    default_ordering = "code"

    def get_queryset(self) -> Any:
        return SubjectiveCode.objects.all()


class BudgetBalanceAnswer(Answer):
    id = serializers.UUIDField()
    financial_year = serializers.IntegerField(help_text="the year it begins in: 2026 is 2026 to 2027")
    cost_centre = serializers.CharField(source="cost_centre.code")
    cost_centre_name = serializers.CharField(source="cost_centre.name")
    subjective = serializers.CharField(source="subjective.code")
    subjective_name = serializers.CharField(source="subjective.name")
    budget_amount = money_answer()
    reserved_amount = money_answer()
    committed_amount = money_answer()
    actual_amount = money_answer()
    available_amount = money_answer()


class BalanceFilter(django_filters.FilterSet):
    financial_year = django_filters.NumberFilter()
    cost_centre = django_filters.CharFilter(field_name="cost_centre__code")
    subjective = django_filters.CharFilter(field_name="subjective__code")

    class Meta:
        model = BudgetPosition
        fields: list[str] = []


class Balances(RoomViewSet):
    """What each head had and has left: all of them for finance, those you hold for budget holders."""

    tag = "Finance"
    permissions = {"list": "finance.view_budgets", "retrieve": "finance.view_budgets"}
    answer_class = BudgetBalanceAnswer
    filterset_class = BalanceFilter
    ordering = {"available_amount": "available_amount", "cost_centre": "cost_centre__code"}
    default_ordering = "cost_centre__code,subjective__code,financial_year"

    def get_queryset(self) -> Any:
        return _seen_by(self.actor, BudgetPosition.objects.all(), "cost_centre")


class CommitmentAnswer(Answer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=CommitmentKind.choices)
    source_id = serializers.UUIDField()
    source_reference = serializers.CharField()
    cost_centre = serializers.CharField(source="cost_centre.code")
    subjective = serializers.CharField(source="subjective.code")
    financial_year = serializers.IntegerField()
    amount = money_answer()
    made_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(allow_null=True)


class CommitmentFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=CommitmentKind.choices)
    financial_year = django_filters.NumberFilter()
    cost_centre = django_filters.CharFilter(field_name="cost_centre__code")
    subjective = django_filters.CharFilter(field_name="subjective__code")
    source_reference = django_filters.CharFilter()
    live = django_filters.BooleanFilter(field_name="released_at", lookup_expr="isnull")

    class Meta:
        model = Commitment
        fields: list[str] = []


class Commitments(RoomViewSet):
    """Money promised or spent, by requisition and order."""

    tag = "Finance"
    permissions = {"list": "finance.view_budgets", "retrieve": "finance.view_budgets"}
    answer_class = CommitmentAnswer
    filterset_class = CommitmentFilter
    ordering = {"made_at": "made_at", "amount": "amount"}
    default_ordering = "-made_at,pk"

    def get_queryset(self) -> Any:
        return _seen_by(self.actor, Commitment.objects.all(), "cost_centre")


class VirementBody(Body):
    financial_year = serializers.IntegerField(min_value=2000, max_value=2100)
    from_cost_centre = serializers.CharField(max_length=12)
    from_subjective = serializers.CharField(max_length=12)
    to_cost_centre = serializers.CharField(max_length=12)
    to_subjective = serializers.CharField(max_length=12)
    amount = MoneyField()
    reason = serializers.CharField(max_length=500)


class VirementAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    financial_year = serializers.IntegerField()
    from_cost_centre = serializers.CharField(source="from_cost_centre.code")
    from_subjective = serializers.CharField(source="from_subjective.code")
    to_cost_centre = serializers.CharField(source="to_cost_centre.code")
    to_subjective = serializers.CharField(source="to_subjective.code")
    amount = money_answer()
    reason = serializers.CharField()
    made_on = serializers.DateField()
    made_by_id = serializers.UUIDField()


class VirementFilter(django_filters.FilterSet):
    financial_year = django_filters.NumberFilter()
    reference = django_filters.CharFilter()
    made_from = django_filters.DateFilter(field_name="made_on", lookup_expr="gte")
    made_until = django_filters.DateFilter(field_name="made_on", lookup_expr="lte")

    class Meta:
        model = Virement
        fields: list[str] = []


class Virements(RoomViewSet):
    """Budget moved from one head to another."""

    tag = "Finance"
    permissions = {
        "list": "finance.view_budgets",
        "retrieve": "finance.view_budgets",
        "create": "finance.vire",
    }
    body = {"create": VirementBody}
    answer_class = VirementAnswer
    filterset_class = VirementFilter
    ordering = {"made_on": "made_on", "amount": "amount"}
    default_ordering = "-made_at,pk"

    def get_queryset(self) -> Any:
        if may(self.actor, "finance.view_all_budgets"):
            return Virement.objects.all()
        held = cost_centres_held_by(self.actor.pk)
        return Virement.objects.filter(Q(from_cost_centre__in=held) | Q(to_cost_centre__in=held))

    def create(self, request: Any) -> HttpResponse:
        """Move budget within your limit and the available balance."""
        data = self.read_body()
        for end in ("from", "to"):
            data[f"{end}_cost_centre"] = get_object_or_404(CostCentre, code=data[f"{end}_cost_centre"])
            data[f"{end}_subjective"] = get_object_or_404(SubjectiveCode, code=data[f"{end}_subjective"])
        virement = vire(actor=self.actor, **data)
        location = reverse("api:virement-detail", kwargs={"pk": virement.pk})
        return self.answer(row_of(virement, VirementAnswer), status=201, location=location)


def _seen_by(actor: Any, found: Any, cost_centre: str) -> Any:
    """Finance sees every head, a budget holder those of his own cost centres."""
    if may(actor, "finance.view_all_budgets"):
        return found
    return found.filter(**{f"{cost_centre}__in": cost_centres_held_by(actor.pk)})


def register(router: Any) -> None:
    router.register("cost-centres", CostCentres, basename="cost-centre")
    router.register("subjective-codes", SubjectiveCodes, basename="subjective-code")
    router.register("balances", Balances, basename="balance")
    router.register("commitments", Commitments, basename="commitment")
    router.register("virements", Virements, basename="virement")
