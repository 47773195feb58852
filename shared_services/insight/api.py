"""Shared figures and the consolidation for the shared service's programs."""

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
from shared_services.api.routing import SHARED
from shared_services.api.rows import Answer, elsewhere, row_of, rows
from shared_services.api.viewsets import RoomViewSet
from shared_services.tenancy.directory import all_councils

from .choices import FigureKind, RunTrigger, StepStatus
from .models import CategoryFigure, ConsolidationRun, CouncilStep
from .services import retry_step, start_consolidation

HOSTS = (SHARED,)


class FigureAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="owner_id")
    kind = serializers.ChoiceField(choices=FigureKind.choices)
    month_on = serializers.DateField()
    division = serializers.CharField()
    lines = serializers.IntegerField()
    net_amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    as_at = serializers.DateTimeField()


class FigureFilter(django_filters.FilterSet):
    council = django_filters.NumberFilter(field_name="owner_id")
    kind = django_filters.ChoiceFilter(choices=FigureKind.choices)
    division = django_filters.CharFilter()
    month_from = django_filters.DateFilter(field_name="month_on", lookup_expr="gte")
    month_until = django_filters.DateFilter(field_name="month_on", lookup_expr="lte")

    class Meta:
        model = CategoryFigure
        fields: list[str] = []


class Figures(RoomViewSet):
    """What each council spent, or asked for, by month and CPV division, and how old the figure is."""

    tag = "Figures"
    permissions = {"list": "insight.view_figures", "retrieve": "insight.view_figures"}
    answer_class = FigureAnswer
    filterset_class = FigureFilter
    ordering = {"month_on": "month_on", "net_amount": "net_amount"}
    default_ordering = "-month_on,division,owner_id,kind"

    def get_queryset(self) -> Any:
        return CategoryFigure.objects.of_councils(_numbers())


class RunAnswer(Answer):
    id = serializers.UUIDField()
    trigger = serializers.ChoiceField(choices=RunTrigger.choices)
    started_at = serializers.DateTimeField()
    started_by_id = serializers.UUIDField(allow_null=True)


class StepAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="owner_id")
    council_name = serializers.CharField()
    status = serializers.ChoiceField(choices=StepStatus.choices)
    attempts = serializers.IntegerField()
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.IntegerField()
    cause = serializers.CharField()


class RunDetailAnswer(RunAnswer):
    steps = elsewhere(StepAnswer(many=True))


class RetryBody(Body):
    step_id = serializers.UUIDField()


class Runs(RoomViewSet):
    """Rounds of asking every council's room for its figures."""

    tag = "Figures"
    permissions = {
        "list": "insight.view_figures",
        "retrieve": "insight.view_figures",
        "create": "insight.run_consolidation",
        "retry": "insight.run_consolidation",
    }
    body = {"create": Nothing, "retry": RetryBody}
    answers = {"create": RunAnswer, "retry": StepAnswer}
    answer_class = RunAnswer
    detail_class = RunDetailAnswer
    ordering = {"started_at": "started_at"}
    default_ordering = "-started_at,pk"

    def get_queryset(self) -> Any:
        return ConsolidationRun.objects.of_shared_service()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        row["steps"] = rows(CouncilStep.objects.of_councils(_numbers()).filter(run_id=pk), StepAnswer)
        return row

    def create(self, request: Any) -> HttpResponse:
        """Ask every council's room for its figures now."""
        self.read_body()
        run = start_consolidation(actor=self.actor)
        location = reverse("api:consolidation-run-detail", kwargs={"pk": run.pk})
        return self.answer(row_of(run, RunAnswer), status=201, location=location)

    @action(detail=True, methods=["post"])
    def retry(self, request: Any, pk: UUID) -> HttpResponse:
        """Ask a council again that failed."""
        step_id = self.read_body()["step_id"]
        step = CouncilStep.objects.of_councils(_numbers()).filter(run_id=pk, pk=step_id).first()
        if step is None:
            raise Problem(404, "not_found", "This council has no part in that consolidation.")
        return self.answer(row_of(retry_step(actor=self.actor, council=step.owner_id, step_id=step.pk), StepAnswer))


def _numbers() -> list[int]:
    return [council.number for council in all_councils()]


def register(router: Any) -> None:
    router.register("figures", Figures, basename="figure")
    router.register("consolidation-runs", Runs, basename="consolidation-run")
