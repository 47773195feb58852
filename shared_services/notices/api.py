"""Notices for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.access.permissions import SIGNED_IN
from shared_services.api.bodies import Body, Nothing
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomAPIView, RoomViewSet

from . import services
from .choices import EmailChoice
from .kinds import KINDS
from .models import Notice

MOST_MUTED = 200
KIND_CHOICES = [(kind.key, kind.label) for kind in KINDS.values()]


class NoticeAnswer(Answer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    reference = serializers.CharField()
    title = serializers.CharField()
    process = serializers.CharField()
    case_id = serializers.UUIDField(allow_null=True)
    task_id = serializers.UUIDField(allow_null=True)
    url = serializers.CharField(help_text="the page it leads to, on this host")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticeFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=KIND_CHOICES)
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notice
        fields: list[str] = []


class Notices(RoomViewSet):
    """What the caller has been told in the portal."""

    tag = "Notices"
    permissions = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "read": SIGNED_IN}
    body = {"read": Nothing}
    answer_class = NoticeAnswer
    filterset_class = NoticeFilter
    ordering = {"created_at": "id"}
    default_ordering = "-id"

    def get_queryset(self) -> Any:
        return Notice.objects.of(self.actor.pk)

    @action(detail=True, methods=["post"])
    def read(self, request: Any, pk: UUID) -> HttpResponse:
        """Mark a notice as read."""
        self.read_body()
        if services.read_notice(actor=self.actor, notice_id=pk) is None:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return self.answer(self.read_one(pk))


class PreferencesAnswer(Answer):
    email = serializers.ChoiceField(choices=EmailChoice.choices)
    muted_kinds = serializers.ListField(child=serializers.ChoiceField(choices=KIND_CHOICES))
    muted_processes = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


class PreferencesBody(Body):
    email = serializers.ChoiceField(choices=EmailChoice.choices)
    muted_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=KIND_CHOICES), default=list, max_length=len(KIND_CHOICES)
    )
    muted_processes = serializers.ListField(
        child=serializers.CharField(max_length=80), default=list, max_length=MOST_MUTED
    )


class Preferences(RoomAPIView):
    """How the caller wants to be told."""

    tag = "Notices"
    permissions = {"GET": SIGNED_IN, "PUT": SIGNED_IN}
    body = {"PUT": PreferencesBody}
    answers = {"GET": PreferencesAnswer, "PUT": PreferencesAnswer}

    def get(self, request: Any) -> HttpResponse:
        return self._shown(services.preferences_of(self.actor.pk))

    def put(self, request: Any) -> HttpResponse:
        """Choose when to have emails and what to mute. What waits for a decision stays in the portal."""
        return self._shown(services.change_preferences(actor=self.actor, version=self.version, **self.read_body()))

    def _shown(self, preferences: Any) -> HttpResponse:
        return self.answer(row_of(preferences, PreferencesAnswer), version=preferences.version)


def register(router: Any) -> None:
    router.register("notices", Notices, basename="notice")
    router.extra.append(path("notice-preferences/", Preferences.as_view(), name="notice-preferences"))
