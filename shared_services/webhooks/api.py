"""Webhooks for programs."""

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

from . import delivering, guard, services
from .choices import DeliveryStatus, EventType
from .models import Attempt, Delivery, Endpoint

MAY_MANAGE = services.MAY_MANAGE


class EndpointAnswer(Answer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.choices))
    created_at = serializers.DateTimeField()
    failing_since = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.CharField()
    former_secret_until = serializers.DateTimeField(source="former_until", allow_null=True)
    version = serializers.IntegerField()


class SecretAnswer(EndpointAnswer):
    secret = elsewhere(serializers.CharField(allow_null=True, help_text="shown this once, not to a request sent again"))


class EndpointBody(Body):
    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=guard.LONGEST_URL)
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.choices), allow_empty=False)


class ReplayBody(Body):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    everything = serializers.BooleanField(default=False, help_text="false: only what was not delivered")


class ReplayedAnswer(Answer):
    deliveries = serializers.IntegerField()


class DeliveryAnswer(Answer):
    id = serializers.UUIDField()
    endpoint_id = serializers.UUIDField()
    event = serializers.CharField()
    reference = serializers.CharField()
    created_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=DeliveryStatus.choices)
    attempt_count = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    response_status = serializers.IntegerField(allow_null=True)


class AttemptAnswer(Answer):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    response_status = serializers.IntegerField(allow_null=True)
    response_start = serializers.CharField(help_text="the first kilobyte")
    error = serializers.CharField()


class DeliveryDetailAnswer(DeliveryAnswer):
    body = serializers.CharField()
    attempts = elsewhere(serializers.ListField(child=AttemptAnswer()))


class Endpoints(RoomViewSet):
    """The receivers of this room's events, and how each is looked after."""

    tag = "Webhooks"
    permissions = dict.fromkeys(
        ("list", "retrieve", "create", "update", "destroy", "rotate_secret", "turn_off", "turn_on", "test", "replay"),
        MAY_MANAGE,
    )
    body = {
        "create": EndpointBody,
        "update": EndpointBody,
        "rotate_secret": Nothing,
        "turn_off": Nothing,
        "turn_on": Nothing,
        "test": Nothing,
        "replay": ReplayBody,
    }
    answers = {
        "create": SecretAnswer,
        "rotate_secret": SecretAnswer,
        "test": DeliveryAnswer,
        "replay": ReplayedAnswer,
    }
    answer_class = EndpointAnswer
    ordering = {"name": "name", "created_at": "created_at"}
    default_ordering = "name,pk"

    def get_queryset(self) -> Any:
        return Endpoint.objects.all()

    def create(self, request: Any) -> HttpResponse:
        """Add a receiver. The answer has its secret, which is never shown again."""
        endpoint, secret = services.add_endpoint(actor=self.actor, **self.read_body())
        return self._with_secret(endpoint, secret, status=201)

    def update(self, request: Any, pk: UUID) -> HttpResponse:
        """Change a receiver's name, address or events."""
        data = self.read_body()
        return self._shown(
            services.change_endpoint(actor=self.actor, endpoint_id=self._found(pk).pk, version=self.version, **data)
        )

    def destroy(self, request: Any, pk: UUID) -> HttpResponse:
        """Remove a receiver with its delivery log."""
        services.remove_endpoint(actor=self.actor, endpoint_id=self._found(pk).pk, version=self.version)
        return HttpResponse(status=204)

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Any, pk: UUID) -> HttpResponse:
        """Make a new secret. The former one signs beside it for a day."""
        self.read_body()
        endpoint, secret = services.rotate_secret(
            actor=self.actor, endpoint_id=self._found(pk).pk, version=self.version
        )
        return self._with_secret(endpoint, secret)

    @action(detail=True, methods=["post"], url_path="turn-off")
    def turn_off(self, request: Any, pk: UUID) -> HttpResponse:
        """Send nothing more; what happens meanwhile is held back."""
        self.read_body()
        return self._shown(services.turn_off(actor=self.actor, endpoint_id=self._found(pk).pk, version=self.version))

    @action(detail=True, methods=["post"], url_path="turn-on")
    def turn_on(self, request: Any, pk: UUID) -> HttpResponse:
        """Send again from now on."""
        self.read_body()
        return self._shown(services.turn_on(actor=self.actor, endpoint_id=self._found(pk).pk, version=self.version))

    @action(detail=True, methods=["post"])
    def test(self, request: Any, pk: UUID) -> HttpResponse:
        """Send a message that says it is a test."""
        self.read_body()
        delivery = delivering.send_test(actor=self.actor, endpoint=self._found(pk))
        return self.answer(row_of(delivery, DeliveryAnswer))

    @action(detail=True, methods=["post"])
    def replay(self, request: Any, pk: UUID) -> HttpResponse:
        """Send a period again: what was not delivered, or everything."""
        count = delivering.replay_period(actor=self.actor, endpoint=self._found(pk), **self.read_body())
        return self.answer({"deliveries": count})

    def _found(self, pk: UUID) -> Endpoint:
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return found

    def _shown(self, endpoint: Endpoint) -> HttpResponse:
        return self.answer(row_of(endpoint, EndpointAnswer), version=endpoint.version)

    def _with_secret(self, endpoint: Endpoint, secret: str, status: int = 200) -> HttpResponse:
        location = reverse("api:webhook-endpoint-detail", kwargs={"pk": endpoint.pk}) if status == 201 else None
        row = row_of(endpoint, EndpointAnswer)
        return self.answer(row, status=status, version=endpoint.version, location=location, once={"secret": secret})


class DeliveryApiFilter(django_filters.FilterSet):
    endpoint_id = django_filters.UUIDFilter()
    event = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=DeliveryStatus.choices)
    reference = django_filters.CharFilter()
    created_from = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Delivery
        fields: list[str] = []


class Deliveries(RoomViewSet):
    """The log of what was sent: kept for thirty days."""

    tag = "Webhooks"
    permissions = dict.fromkeys(("list", "retrieve", "replay"), MAY_MANAGE)
    body = {"replay": Nothing}
    answers = {"replay": DeliveryAnswer}
    answer_class = DeliveryAnswer
    detail_class = DeliveryDetailAnswer
    filterset_class = DeliveryApiFilter
    ordering = {"created_at": "id"}
    default_ordering = "-id"

    def get_queryset(self) -> Any:
        return Delivery.objects.all()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        row["attempts"] = rows(Attempt.objects.filter(delivery_id=pk).order_by("number"), AttemptAnswer)
        return row

    @action(detail=True, methods=["post"])
    def replay(self, request: Any, pk: UUID) -> HttpResponse:
        """Send a delivery again, with the same id."""
        self.read_body()
        self.read_one(pk)
        return self.answer(row_of(delivering.replay(actor=self.actor, delivery_id=pk), DeliveryAnswer))


def register(router: Any) -> None:
    router.register("webhook-endpoints", Endpoints, basename="webhook-endpoint")
    router.register("webhook-deliveries", Deliveries, basename="webhook-delivery")
