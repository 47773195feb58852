"""The authority matrix and separated duties, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Body
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomAPIView, RoomViewSet
from shared_services.tenancy.door import current_council

from . import answers, duties, matrix, replay
from .matrix_processes import matrix_processes
from .models import AuthorityRule

MONEY: Any = {"max_digits": 14, "decimal_places": 2}
AMOUNT: dict[str, Any] = {**MONEY, "min_value": Decimal(0)}


class AuthorityRuleAnswer(Answer):
    id = serializers.UUIDField()
    decision_type = serializers.CharField()
    role = serializers.CharField()
    needed = serializers.IntegerField()
    amount_from = serializers.DecimalField(**MONEY)
    amount_to = serializers.DecimalField(**MONEY, allow_null=True)
    cost_centre = serializers.CharField()
    category_prefix = serializers.CharField()
    sequence = serializers.IntegerField()
    minute_reference = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    added_by_name = serializers.CharField()
    version = serializers.IntegerField()


class LineBody(Body):
    role = serializers.CharField(max_length=60, help_text="a role’s key, or post: and the key of a post")
    needed = serializers.IntegerField(min_value=1, max_value=matrix.MOST_NEEDED, default=1)
    amount_from = serializers.DecimalField(**AMOUNT, default=Decimal("0.00"))
    amount_to = serializers.DecimalField(**AMOUNT, allow_null=True, default=None)
    cost_centre = serializers.CharField(max_length=40, allow_blank=True, default="")
    category_prefix = serializers.CharField(max_length=10, allow_blank=True, default="")
    sequence = serializers.IntegerField(min_value=1, max_value=999, default=10)
    minute_reference = serializers.CharField(max_length=120, allow_blank=True, default="")


class NewLineBody(LineBody):
    decision_type = serializers.CharField(max_length=80)
    valid_from = serializers.DateField()


class ChangedLineBody(LineBody):
    from_on = serializers.DateField(help_text="tomorrow or later: the line ends the day before and begins anew")


class EndLineBody(Body):
    valid_to = serializers.DateField(help_text="the last day on which the line holds")


class RuleFilter(django_filters.FilterSet):
    decision_type = django_filters.CharFilter()
    role = django_filters.CharFilter()
    on = django_filters.DateFilter(method="in_force")

    class Meta:
        model = AuthorityRule
        fields: list[str] = []

    def in_force(self, rules: Any, _name: str, day: Any) -> Any:
        return rules.on(day)


class AuthorityRules(RoomViewSet):
    """Lines of this council's authority matrix: added, ended and changed from a day on, never edited."""

    tag = "Authority"
    permissions = {
        "list": "workflow.view_case",
        "retrieve": "workflow.view_case",
        "create": matrix.MAY_MANAGE,
        "change": matrix.MAY_MANAGE,
        "end": matrix.MAY_MANAGE,
    }
    body = {"create": NewLineBody, "change": ChangedLineBody, "end": EndLineBody}
    answer_class = AuthorityRuleAnswer
    filterset_class = RuleFilter
    ordering = {"valid_from": "valid_from"}
    default_ordering = "decision_type,sequence,amount_from,pk"

    def get_queryset(self) -> Any:
        return AuthorityRule.objects.of_this_room()

    def create(self, request: Any) -> HttpResponse:
        """Add a line that holds from its first day on."""
        _check_process(data := self.read_body())
        return self._line(matrix.add_authority_rule(actor=self.actor, **data), status=201)

    @action(detail=True, methods=["post"])
    def change(self, request: Any, pk: UUID) -> HttpResponse:
        """Let a line say something else from a day on; gives the new line."""
        self.read_one(pk)
        data = self.read_body()
        return self._line(
            matrix.change_authority_rule(actor=self.actor, rule_id=pk, version=self.version, **data), status=201
        )

    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: UUID) -> HttpResponse:
        """Let a line hold until a day."""
        self.read_one(pk)
        data = self.read_body()
        return self._line(matrix.end_authority_rule(actor=self.actor, rule_id=pk, version=self.version, **data))

    def _line(self, rule: AuthorityRule, status: int = 200) -> HttpResponse:
        location = reverse("api:authority_rule-detail", kwargs={"pk": rule.pk}) if status == 201 else None
        return self.answer(row_of(rule, AuthorityRuleAnswer), status=status, version=rule.version, location=location)


def _check_process(data: dict[str, Any]) -> None:
    if data["decision_type"] not in dict(matrix_processes()):
        raise Problem(400, "invalid", f"No published process asks the matrix for “{data['decision_type']}”.")


class ApproverAnswer(Answer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    stands_in = serializers.CharField(help_text="empty for a holder; else as what the officer stands in")


class WouldApproveAnswer(Answer):
    role = serializers.CharField()
    role_label = serializers.CharField()
    needed = serializers.IntegerField()
    because = serializers.CharField()
    line = serializers.UUIDField(help_text="the line of the matrix")
    minute_reference = serializers.CharField()
    approvers = ApproverAnswer(many=True)


class ApprovalsAnswer(Answer):
    approvals = WouldApproveAnswer(many=True)


class QuestionBody(Body):
    decision_type = serializers.CharField(max_length=80)
    amount = serializers.DecimalField(**AMOUNT)
    category = serializers.CharField(max_length=40, required=False, default="")
    cost_centre = serializers.CharField(max_length=40, required=False, default="")
    on = serializers.DateField(required=False, default=None)


class WhoWouldApprove(RoomAPIView):
    """Who would approve this much, for this, on this cost centre, on this day, and why."""

    tag = "Authority"
    permissions = {"GET": "workflow.view_case"}
    answers = {"GET": ApprovalsAnswer}

    @extend_schema(
        parameters=[
            OpenApiParameter("decision_type", str, required=True),
            OpenApiParameter("amount", str, required=True),
            OpenApiParameter("category", str),
            OpenApiParameter("cost_centre", str),
            OpenApiParameter("on", str),
        ]
    )
    def get(self, request: Any) -> HttpResponse:
        asked = QuestionBody().run_validation(dict(request.GET.items()))
        asked["on"] = asked["on"] or timezone.localdate()
        found = answers.who_would_approve(requester=self.actor, **asked)
        return self.answer({"approvals": [_approval(one) for one in found]})


def _approval(one: answers.WouldApprove) -> dict[str, Any]:
    holders = [{"id": card.pk, "name": card.work_name, "stands_in": ""} for card in one.officers]
    others = [{"id": each.officer.pk, "name": each.officer.work_name, "stands_in": each.why} for each in one.stand_ins]
    return {
        "role": one.role,
        "role_label": one.role_label,
        "needed": one.needed,
        "because": one.because,
        "line": one.rule.pk,
        "minute_reference": one.rule.minute_reference,
        "approvers": holders + others,
    }


class ReplayAnswer(Answer):
    asked = serializers.IntegerField()
    same = serializers.IntegerField()
    not_by_the_matrix = serializers.IntegerField()
    different = serializers.ListField(child=serializers.UUIDField(), help_text="cases with a differing approval")


class ReplayQuestion(Body):
    first = serializers.DateField(required=False, default=None)
    last = serializers.DateField(required=False, default=None)


class Replay(RoomAPIView):
    """Past approvals asked again under the lines of their day."""

    tag = "Authority"
    permissions = {"GET": "workflow.view_all_cases"}
    answers = {"GET": ReplayAnswer}

    @extend_schema(parameters=[OpenApiParameter("first", str), OpenApiParameter("last", str)])
    def get(self, request: Any) -> HttpResponse:
        days = ReplayQuestion().run_validation(dict(request.GET.items()))
        found = replay.summarise(days["first"], days["last"])
        return self.answer(
            {
                "asked": found.asked,
                "same": found.same,
                "not_by_the_matrix": found.unrecorded,
                "different": [one.decision.case_id for one in found.differing],
            }
        )


class ConflictAnswer(Answer):
    officer_id = serializers.UUIDField()
    officer_name = serializers.CharField()
    rule = serializers.CharField()
    excepted_until = serializers.DateField(allow_null=True)


class DutyRuleAnswer(Answer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    sentence = serializers.CharField()
    first = serializers.CharField()
    second = serializers.CharField()
    scope = serializers.CharField()
    joint = serializers.BooleanField(help_text="whether it holds for every council")


class DutiesAnswer(Answer):
    rules = DutyRuleAnswer(many=True)
    conflicts = ConflictAnswer(many=True)


class SeparatedDuties(RoomAPIView):
    """Which duties are kept apart here, and who brings them together now."""

    tag = "Authority"
    permissions = {"GET": "workflow.view_duties"}
    answers = {"GET": DutiesAnswer}

    def get(self, request: Any) -> HttpResponse:
        here = current_council().number
        return self.answer(
            {
                "rules": [
                    {
                        "id": rule.pk, "key": rule.key, "sentence": rule.sentence, "first": rule.first,
                        "second": rule.second, "scope": rule.scope, "joint": rule.owner_id != here,
                    }
                    for rule in duties.rules_in_force()
                ],
                "conflicts": [
                    {
                        "officer_id": one.card.pk, "officer_name": one.card.work_name, "rule": one.rule.key,
                        "excepted_until": one.exception.until_on if one.exception else None,
                    }
                    for one in duties.conflicts()
                ],
            }
        )  # fmt: skip


def register(router: Any) -> None:
    router.register("authority-rules", AuthorityRules, basename="authority_rule")
    router.extra.append(path("who-would-approve/", WhoWouldApprove.as_view(), name="who_would_approve"))
    router.extra.append(path("replay/", Replay.as_view(), name="replay"))
    router.extra.append(path("separated-duties/", SeparatedDuties.as_view(), name="separated_duties"))
