"""Who stands in for an approver during his leave, for programs of whoever decides on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import serializers

from shared_services.api.bodies import Body
from shared_services.api.rows import Answer
from shared_services.api.viewsets import RoomAPIView

from . import cover, services
from .models import LeaveRequest


class CoverBody(Body):
    deputy_id = serializers.UUIDField(allow_null=True, required=False, default=None)
    reason = serializers.CharField(
        max_length=500, allow_blank=True, required=False, default="", help_text="why nobody need stand in"
    )


class CoverAnswer(Answer):
    deputyship_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()


class LeaveCovers(RoomAPIView):
    """Say who stands in for an approver on leave, before his leave is approved: for whoever decides on it."""

    tag = "Leave"
    permissions = {"PUT": "people.view_own_leave"}
    body = {"PUT": CoverBody}
    answers = {"PUT": CoverAnswer}

    def put(self, request: Any, pk: UUID) -> HttpResponse:
        leave = get_object_or_404(LeaveRequest.objects.select_related("employment"), pk=pk)
        if not cover.may_settle(self.actor, leave):
            raise Http404
        settled = services.settle_cover(actor=self.actor, request=leave, version=self.version, **self.read_body())
        return self.answer({"deputyship_id": settled.deputyship_id, "reason": settled.reason}, version=leave.version)


def register(router: Any) -> None:
    router.extra.append(path("leave-requests/<uuid:pk>/cover/", LeaveCovers.as_view(), name="leave-cover"))
