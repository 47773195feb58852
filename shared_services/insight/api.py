"""The shared figures and the consolidation for programs, on the shared service's host."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import reverse
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Body, Nothing
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, elsewhere, row_of, rows
from shared_services.api.viewsets import RoomViewSet
from shared_services.messaging.live_steps import StepStatus
from shared_services.tenancy.directory import all_councils

from . import rules, selectors, services
from .choices import FigureKind, RunTrigger
from .models import CategoryFigure, ConsolidationRun, CouncilStep, PublishedSpend

HOSTS = ("shared",)
VIEW = "insight.view_figures"


class FigureAnswer(Answer):
    council = serializers.IntegerField(source="owner_id")
    kind = serializers.ChoiceField(choices=FigureKind.choices)
    month_on = serializers.DateField()
    division = serializers.CharField()
    lines = serializers.IntegerField()
    net_amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    as_at = serializers.DateTimeField()


class FigureApiFilter(django_filters.FilterSet):
    council = django_filters.NumberFilter(field_name="owner_id", min_value=0, max_value=9999)
    kind = django_filters.ChoiceFilter(choices=FigureKind.choices)
    division = django_filters.CharFilter()
    month_from = django_filters.DateFilter(field_name="month_on", lookup_expr="gte")
    month_until = django_filters.DateFilter(field_name="month_on", lookup_expr="lte")

    class Meta:
        model = CategoryFigure
        fields: list[str] = []


class Figures(RoomViewSet):
    """What each council spent and asked for, by month and CPV division, with the age of each figure."""

    tag = "Shared figures"
    permissions = {"list": VIEW}
    answer_class = FigureAnswer
    filterset_class = FigureApiFilter
    ordering = {"month_on": "month_on", "net_amount": "net_amount"}
    default_ordering = "-month_on,division,pk"

    def get_queryset(self) -> Any:
        return CategoryFigure.objects.of_councils(council.number for council in all_councils())


class PublishedSpendAnswer(Answer):
    id = serializers.IntegerField()
    council_name = serializers.CharField()
    gss_code = serializers.CharField()
    paid_on = serializers.DateField()
    beneficiary_name = serializers.CharField()
    purpose = serializers.CharField()
    proclass_code = serializers.CharField()
    division = serializers.CharField()
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class PublishedSpendApiFilter(django_filters.FilterSet):
    gss_code = django_filters.CharFilter()
    division = django_filters.CharFilter()
    paid_from = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte")
    paid_until = django_filters.DateFilter(field_name="paid_on", lookup_expr="lte")

    class Meta:
        model = PublishedSpend
        fields: list[str] = []


class PublishedSpendLines(RoomViewSet):
    """Spend that councils outside the portal published (Open Government Licence v3.0)."""

    tag = "Shared figures"
    permissions = {"list": VIEW}
    answer_class = PublishedSpendAnswer
    filterset_class = PublishedSpendApiFilter
    ordering = {"paid_on": "paid_on", "net_amount": "net_amount"}
    default_ordering = "-paid_on,pk"

    def get_queryset(self) -> Any:
        return PublishedSpend.objects.all()


class RunAnswer(Answer):
    id = serializers.UUIDField()
    trigger = serializers.ChoiceField(choices=RunTrigger.choices)
    started_at = serializers.DateTimeField()


class StepAnswer(Answer):
    council = serializers.IntegerField(source="owner_id")
    council_name = serializers.CharField()
    status = serializers.ChoiceField(choices=StepStatus.choices)
    attempts = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.IntegerField()
    cause = serializers.CharField()


class RunDetailAnswer(RunAnswer):
    steps = elsewhere(StepAnswer(many=True))


class RetryBody(Body):
    council = serializers.IntegerField(min_value=1, max_value=9999)


class Consolidations(RoomViewSet):
    """Rounds of asking every council's room for its figures."""

    tag = "Shared figures"
    permissions = {"list": VIEW, "retrieve": VIEW, "create": rules.MAY_RUN, "retry": rules.MAY_RUN}
    body = {"create": Nothing, "retry": RetryBody}
    answers = {"create": RunAnswer, "retry": StepAnswer}
    creating = ("create",)
    answer_class = RunAnswer
    detail_class = RunDetailAnswer
    default_ordering = "-started_at,pk"

    def get_queryset(self) -> Any:
        return ConsolidationRun.objects.of_shared_service()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        numbers = [council.number for council in all_councils()]
        row["steps"] = rows(CouncilStep.objects.of_councils(numbers).filter(run_id=pk), StepAnswer)
        return row

    def create(self, request: Any) -> HttpResponse:
        """Ask every council for its figures now."""
        self.read_body()
        run = services.start_consolidation(actor=self.actor)
        location = reverse("api:consolidation-detail", kwargs={"pk": run.pk})
        return self.answer(row_of(run, RunAnswer), status=201, location=location)

    @action(detail=True, methods=["post"])
    def retry(self, request: Any, pk: UUID) -> HttpResponse:
        """Ask a council again that failed."""
        council = self.read_body()["council"]
        run = self.get_queryset().filter(pk=pk).first()
        step = next((one for one in selectors.steps_of(run) if one.owner_id == council), None) if run else None
        if step is None:
            raise Problem(404, "not_found", "That council has no part in this consolidation.")
        step = services.retry_step(actor=self.actor, council=council, step_id=step.pk)
        return self.answer(row_of(step, StepAnswer))


def register(router: Any) -> None:
    router.register("figures", Figures, basename="figure")
    router.register("published-spend", PublishedSpendLines, basename="published-spend")
    router.register("consolidations", Consolidations, basename="consolidation")
