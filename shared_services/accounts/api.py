"""The caller, and the officers of this room, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES, SIGNED_IN, permissions_of
from shared_services.api.bodies import Body, Nothing
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomAPIView, RoomViewSet
from shared_services.tenancy.door import current_council

from . import services

ROLE_CHOICES = [(role.key, role.label) for role in ROLES.values()]


class OfficerAnswer(Answer):
    id = serializers.UUIDField()
    work_name = serializers.CharField()
    work_email = serializers.EmailField()
    job_title = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=ROLE_CHOICES))
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class CouncilAnswer(Answer):
    code = serializers.CharField()
    name = serializers.CharField()


class MeAnswer(Answer):
    officer = OfficerAnswer()
    council = CouncilAnswer()
    permissions = serializers.ListField(child=serializers.CharField())
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)


class Me(RoomAPIView):
    """Whom the portal takes the caller for, and what the caller may do."""

    tag = "Officers"
    permissions = {"GET": SIGNED_IN}
    answers = {"GET": MeAnswer}

    def get(self, request: Any) -> HttpResponse:
        council = current_council()
        return self.answer(
            {
                "officer": row_of(self.actor, OfficerAnswer),
                "council": {"code": council.code, "name": council.name},
                "permissions": sorted(permissions_of(tuple(self.actor.roles))),
                "scopes": request.auth.scopes if request.auth is not None else None,
            }
        )


class OfficerBody(Body):
    work_name = serializers.CharField(max_length=150)
    work_email = serializers.EmailField()
    job_title = serializers.CharField(max_length=150, allow_blank=True, default="")


class NewOfficerBody(OfficerBody):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=ROLE_CHOICES), default=list)


class RoleBody(Body):
    role = serializers.ChoiceField(choices=ROLE_CHOICES)


class OfficerFilter(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(method="with_role", choices=ROLE_CHOICES)
    active = django_filters.BooleanFilter()
    work_email = django_filters.CharFilter()
    name = django_filters.CharFilter(field_name="work_name", lookup_expr="icontains")

    class Meta:
        model = OfficerCard
        fields: list[str] = []

    def with_role(self, officers: Any, _name: str, role: str) -> Any:
        return officers.holding(role)


class Officers(RoomViewSet):
    """Officers of this room. Administrators add them and give roles; nobody gives a role to himself."""

    tag = "Officers"
    permissions = {
        "list": "accounts.view_officers",
        "retrieve": "accounts.view_officers",
        "create": "accounts.manage_officers",
        "update": "accounts.manage_officers",
        "deactivate": "accounts.manage_officers",
        "reactivate": "accounts.manage_officers",
        "grant_role": "accounts.manage_roles",
        "end_role": "accounts.manage_roles",
    }
    body = {
        "create": NewOfficerBody,
        "update": OfficerBody,
        "deactivate": Nothing,
        "reactivate": Nothing,
        "grant_role": RoleBody,
        "end_role": RoleBody,
    }
    answer_class = OfficerAnswer
    filterset_class = OfficerFilter
    ordering = {"work_name": "work_name", "work_email": "work_email"}
    default_ordering = "work_name,pk"

    def get_queryset(self) -> Any:
        return OfficerCard.objects.of_council(current_council().number)

    def create(self, request: Any) -> HttpResponse:
        """Add an officer, who is sent a link to choose a password."""
        return self._changed(services.create_officer(actor=self.actor, **self.read_body()), status=201)

    def update(self, request: Any, pk: UUID) -> HttpResponse:
        """Correct an officer's name, work email or job title."""
        data, version = self.read_body(), self.version
        if version is None:
            version = self.get_queryset().get(pk=pk).version
        return self._changed(services.change_officer(actor=self.actor, card_id=pk, version=version, **data))

    @action(detail=True, methods=["post"])
    def deactivate(self, request: Any, pk: UUID) -> HttpResponse:
        """End an officer's access at once."""
        return self._changed(services.deactivate_officer(actor=self.actor, card_id=pk))

    @action(detail=True, methods=["post"])
    def reactivate(self, request: Any, pk: UUID) -> HttpResponse:
        """Let a deactivated officer sign in again."""
        return self._changed(services.reactivate_officer(actor=self.actor, card_id=pk))

    @action(detail=True, methods=["post"], url_path="grant-role")
    def grant_role(self, request: Any, pk: UUID) -> HttpResponse:
        """Give an officer a role."""
        return self._changed(services.grant_role(actor=self.actor, card_id=pk, **self.read_body()))

    @action(detail=True, methods=["post"], url_path="end-role")
    def end_role(self, request: Any, pk: UUID) -> HttpResponse:
        """Take a role back."""
        return self._changed(services.end_role(actor=self.actor, card_id=pk, **self.read_body()))

    def _changed(self, card: OfficerCard, status: int = 200) -> HttpResponse:
        location = reverse("api:officer-detail", kwargs={"pk": card.pk}) if status == 201 else None
        return self.answer(row_of(card, OfficerAnswer), status=status, version=card.version, location=location)


def register(router: Any) -> None:
    router.register("officers", Officers, basename="officer")
    router.extra.append(path("me/", Me.as_view(), name="me"))
