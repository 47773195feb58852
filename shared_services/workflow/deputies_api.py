"""Deputies, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.access.permissions import may
from shared_services.api.bodies import Body, Nothing
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomViewSet

from . import deputies
from .choices import DeputyStatus
from .models import Deputy

MONEY: Any = {"max_digits": 14, "decimal_places": 2}
AMOUNT: dict[str, Any] = {**MONEY, "min_value": Decimal(0)}


class DeputyAnswer(Answer):
    id = serializers.UUIDField()
    principal_id = serializers.UUIDField()
    principal_name = serializers.CharField()
    deputy_id = serializers.UUIDField()
    deputy_name = serializers.CharField()
    from_on = serializers.DateField()
    to_on = serializers.DateField()
    decision_types = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())
    cost_centres = serializers.ListField(child=serializers.CharField())
    max_amount = serializers.DecimalField(**MONEY, allow_null=True)
    signed_cap_amount = serializers.DecimalField(**MONEY, allow_null=True)
    status = serializers.ChoiceField(choices=DeputyStatus.choices)
    version = serializers.IntegerField()


class NewDeputyBody(Body):
    principal_id = serializers.UUIDField(required=False, default=None, help_text="oneself when left out")
    deputy_id = serializers.UUIDField()
    from_on = serializers.DateField()
    to_on = serializers.DateField()
    decision_types = serializers.ListField(child=serializers.CharField(max_length=80), default=list, max_length=50)
    roles = serializers.ListField(child=serializers.CharField(max_length=60), default=list, max_length=50)
    cost_centres = serializers.ListField(child=serializers.CharField(max_length=40), default=list, max_length=200)
    max_amount = serializers.DecimalField(**AMOUNT, allow_null=True, default=None)


class HigherLimitBody(Body):
    amount = serializers.DecimalField(**AMOUNT)


class Deputies(RoomViewSet):
    """Who stands in for whom: named, accepted or declined by the deputy, ended."""

    tag = "Deputies"
    permissions = {
        "list": "workflow.complete_task",
        "retrieve": "workflow.complete_task",
        "create": "workflow.complete_task",
        "accept": "workflow.complete_task",
        "decline": "workflow.complete_task",
        "end": "workflow.complete_task",
        "sign_higher_limit": deputies.MAY_SIGN,
    }
    body = {
        "create": NewDeputyBody,
        "accept": Nothing,
        "decline": Nothing,
        "end": Nothing,
        "sign_higher_limit": HigherLimitBody,
    }
    answer_class = DeputyAnswer
    ordering = {"from_on": "from_on"}
    default_ordering = "from_on,pk"

    def get_queryset(self) -> Any:
        """One's own; everybody's for who manages deputies or signs for them."""
        here = Deputy.objects.of_this_room()
        if may(self.actor, deputies.MAY_MANAGE) or may(self.actor, deputies.MAY_SIGN):
            return here
        return here.about(self.actor)

    def create(self, request: Any) -> HttpResponse:
        """Ask an officer to stand in; nothing changes until he accepts."""
        data = self.read_body()
        data["principal_id"] = data["principal_id"] or self.actor.pk
        found = deputies.name_deputy(actor=self.actor, **data)
        location = reverse("api:deputy-detail", kwargs={"pk": found.pk})
        return self.answer(row_of(found, DeputyAnswer), status=201, version=found.version, location=location)

    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: UUID) -> HttpResponse:
        """Agree to stand in."""
        return self._do(deputies.accept_deputyship, pk)

    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: UUID) -> HttpResponse:
        """Refuse to stand in."""
        return self._do(deputies.decline_deputyship, pk)

    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: UUID) -> HttpResponse:
        """End it at once."""
        return self._do(deputies.end_deputyship, pk)

    @action(detail=True, methods=["post"], url_path="sign-higher-limit")
    def sign_higher_limit(self, request: Any, pk: UUID) -> HttpResponse:
        """Let a deputy decide up to an amount beyond his own limit."""
        return self._do(deputies.sign_higher_limit, pk)

    def _do(self, service: Any, pk: UUID) -> HttpResponse:
        self.read_one(pk)
        found = service(actor=self.actor, deputy_id=pk, version=self.version, **self.read_body())
        return self.answer(row_of(found, DeputyAnswer), version=found.version)


def register(router: Any) -> None:
    router.register("deputies", Deputies, basename="deputy")
