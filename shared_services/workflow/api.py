"""Inbox, decisions and cases for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Body
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, elsewhere, row_of
from shared_services.api.viewsets import RoomViewSet

from . import authority_api, deputies_api
from .answering import answer_task
from .api_casework import CaseVerbs, TaskVerbs
from .casework import MAY_TAKE_PART
from .choices import CaseStatus, TaskKind, TaskStatus
from .filters import CLAIMS
from .models import Case, Task
from .retrying import retry_case
from .selectors import cases_for, history_of, inbox, may_view_case
from .start_api import Requests
from .step_forms.answers import AnswersRefused
from .step_forms.keeping import schema_for


class TaskAnswer(Answer):
    id = serializers.UUIDField()
    case_id = serializers.UUIDField()
    process = serializers.CharField()
    title = serializers.CharField()
    reference = serializers.CharField()
    case_title = serializers.CharField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    category = serializers.CharField()
    requester_name = serializers.CharField()
    role = serializers.CharField()
    outcomes = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=TaskStatus.choices)
    kind = serializers.ChoiceField(choices=TaskKind.choices)
    claimed_by_name = serializers.CharField()
    at_risk_on = serializers.DateField(allow_null=True)
    at_risk_amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    reminded = serializers.IntegerField()
    ready_at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True)
    progress = serializers.CharField()
    version = serializers.IntegerField()


class CaseAnswer(Answer):
    id = serializers.UUIDField()
    process = serializers.CharField()
    subject_id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    category = serializers.CharField()
    requester_name = serializers.CharField()
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    suspended_at = serializers.DateTimeField(allow_null=True)
    suspended_until = serializers.DateField(allow_null=True)
    step = serializers.CharField()
    outcome = serializers.CharField()
    fault = serializers.CharField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class HistoryLineAnswer(Answer):
    at = serializers.DateTimeField()
    title = serializers.CharField()
    by = serializers.CharField()
    job_title = serializers.CharField()
    outcome = serializers.CharField()
    reason = serializers.CharField()


class CaseDetailAnswer(CaseAnswer):
    history = elsewhere(HistoryLineAnswer(many=True))


class DecisionBody(Body):
    outcome = serializers.CharField(max_length=40, help_text="one of the task’s outcomes, like approve")
    note = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="rejecting and sending back need one"
    )
    answers = serializers.DictField(
        required=False, help_text="answers to the task’s form, by field; see the task’s form/ for its JSON Schema"
    )


class FormAnswerShape(Answer):
    form = elsewhere(serializers.JSONField(allow_null=True))


class TaskFilter(django_filters.FilterSet):
    process = django_filters.CharFilter()
    reference = django_filters.CharFilter()
    due_until = django_filters.DateFilter(field_name="candidates__due_on", lookup_expr="lte")
    min_amount = django_filters.NumberFilter(field_name="candidates__amount", lookup_expr="gte")
    max_amount = django_filters.NumberFilter(field_name="candidates__amount", lookup_expr="lte")
    step = django_filters.CharFilter()
    category = django_filters.CharFilter(lookup_expr="startswith")
    requester_name = django_filters.CharFilter(lookup_expr="icontains")
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")
    at_risk_until = django_filters.DateFilter(field_name="at_risk_on", lookup_expr="lte")
    claimed = django_filters.ChoiceFilter(
        choices=CLAIMS, method="by_claim", help_text="left out: all but others’ claims"
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def by_claim(self, tasks: Any, _name: str, value: str) -> Any:
        if value == "me":
            return tasks.filter(claimed_by_id=self.request.user.card.pk)
        if value == "others":
            return tasks.filter(claimed_by__isnull=False).exclude(claimed_by_id=self.request.user.card.pk)
        return tasks.filter(claimed_by__isnull=True)


class Tasks(TaskVerbs, RoomViewSet):
    """Your inbox: what waits for you to decide, the soonest due first."""

    tag = "Inbox"
    permissions = {
        "list": "workflow.view_inbox",
        "retrieve": "workflow.view_inbox",
        "decide": "workflow.complete_task",
        "form": "workflow.view_inbox",
        **TaskVerbs.verb_permissions,
    }
    takes_files = frozenset({"decide"})
    body = {"decide": DecisionBody, **TaskVerbs.verb_bodies}
    answers = {"decide": CaseAnswer, "form": FormAnswerShape, **TaskVerbs.verb_answers}
    answer_class = TaskAnswer
    filterset_class = TaskFilter
    # These follow the inbox's own indexes, so a page costs the same at any size.
    ordering = {
        "due_on": "candidates__due_on",
        "amount": "candidates__amount",
        "at_risk_amount": "candidates__at_risk_amount",
    }

    def get_queryset(self) -> Any:
        hides = self.action_name() == "list" and "claimed" not in self.request.GET
        return inbox(self.actor, claimed_elsewhere=not hides)

    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: UUID) -> HttpResponse:
        """Decide a task; its case moves on in the same step. Deciding again the same way changes nothing.

        Files that the task's form asks for come as multipart/form-data: the JSON in the part `body`, each file in a part
        called `answers.` and the field's name.
        """
        data = self.read_body()
        try:
            case = answer_task(actor=self.actor, task_id=pk, version=self.version, files=self.files, **data)
        except AnswersRefused as refused:
            raise serializers.ValidationError({"answers": refused.errors}) from refused
        return self.answer(row_of(case, CaseAnswer))

    @action(detail=True, methods=["get"])
    def form(self, request: Any, pk: UUID) -> HttpResponse:
        """The JSON Schema of what the task asks; null when it asks for a decision only."""
        task = self.get_queryset().select_related("case").filter(pk=pk).first()
        if task is None:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return self.answer({"form": schema_for(task)})


class CaseFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=CaseStatus.choices)
    process = django_filters.CharFilter()
    reference = django_filters.CharFilter()
    subject_id = django_filters.UUIDFilter()

    class Meta:
        model = Case
        fields: list[str] = []


class Cases(CaseVerbs, RoomViewSet):
    """What became of what you raised; every case of the room for those who may see them all."""

    tag = "Cases"
    permissions = {
        "list": "workflow.view_case",
        "retrieve": "workflow.view_case",
        "retry": MAY_TAKE_PART,
        **CaseVerbs.verb_permissions,
    }
    body = {"retry": Body, **CaseVerbs.verb_bodies}
    answers = {"retry": CaseAnswer, **CaseVerbs.verb_answers}
    answer_class = CaseAnswer
    detail_class = CaseDetailAnswer
    filterset_class = CaseFilter
    ordering = {"opened_at": "opened_at", "amount": "amount"}

    def get_queryset(self) -> Any:
        return cases_for(self.actor)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        case = Case.objects.filter(pk=pk).first()
        if case is None or not may_view_case(self.actor, case):
            raise Problem(404, "not_found", "There is nothing here under that address.")
        row = row_of(case, CaseAnswer)
        row["history"] = [row_of(line, HistoryLineAnswer) for line in history_of(case)]
        return row

    @action(detail=True, methods=["post"])
    def retry(self, request: Any, pk: UUID) -> HttpResponse:
        """Try again what stopped a case, for whoever manages processes or sees every case. One that runs is left alone."""
        case = Case.objects.of_this_room().filter(pk=pk).first()
        if case is None or not may_view_case(self.actor, case):
            raise Problem(404, "not_found", "There is nothing here under that address.")
        found = retry_case(actor=self.actor, case_id=pk, version=self.version)
        return self.answer(row_of(found, CaseAnswer))


def register(router: Any) -> None:
    router.register("inbox", Tasks, basename="task")
    router.register("cases", Cases, basename="case")
    router.register("requests", Requests, basename="request")
    authority_api.register(router)
    deputies_api.register(router)
