"""Exit packs for programs: asked for, answered by a second officer, watched and downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Nothing, ReasonBody
from shared_services.api.routing import COUNCIL
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomViewSet

from . import second_officer, services
from .choices import PackStatus
from .models import ExitPack
from .sending import send_archive

HOSTS = (COUNCIL,)


class PackAnswer(Answer):
    id = serializers.UUIDField()
    asked_at = serializers.DateTimeField()
    asked_by_id = serializers.UUIDField()
    asked_by_name = serializers.CharField()
    status = serializers.ChoiceField(
        choices=PackStatus.choices, help_text="`asked` waits for a second officer, seven days at most"
    )
    answered_by_name = serializers.CharField(help_text="the second officer; empty until then")
    answered_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="why the second officer refused")
    done = serializers.IntegerField(help_text="parts that are written")
    total = serializers.IntegerField(help_text="parts in all; 0 until a worker has begun")
    rows = serializers.IntegerField()
    size = serializers.IntegerField(help_text="of the archive, in bytes")
    sha256 = serializers.CharField(help_text="of the archive, in hexadecimal")
    manifest_sha256 = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)


class ExitPacks(RoomViewSet):
    """Packs of everything that this council keeps."""

    tag = "Exit packs"
    permissions = {
        **dict.fromkeys(("list", "retrieve", "agree", "refuse"), second_officer.MAY_AGREE),
        **dict.fromkeys(("create", "withdraw", "archive"), services.MAY_TAKE),
    }
    body = {"create": Nothing, "agree": Nothing, "refuse": ReasonBody, "withdraw": Nothing}
    answers = dict.fromkeys(("create", "agree", "refuse", "withdraw"), PackAnswer)
    answer_class = PackAnswer
    ordering = {"asked_at": "asked_at"}
    default_ordering = "-asked_at,-pk"

    def get_queryset(self) -> Any:
        return ExitPack.objects.all()

    def create(self, request: Any) -> HttpResponse:
        """Ask for a pack. It is written in the background once a second officer has agreed. One at a time."""
        self.read_body()
        pack = services.ask_for_pack(actor=self.actor)
        location = reverse("api:exit-pack-detail", kwargs={"pk": pack.pk})
        return self.answer(row_of(pack, PackAnswer), status=201, location=location)

    @action(detail=True, methods=["post"])
    def agree(self, request: Any, pk: UUID) -> HttpResponse:
        """Agree, as the second officer, that the pack is written. Never by the officer who asked."""
        self.read_body()
        return self._answered(second_officer.agree_to_pack(actor=self.actor, pack_id=self._existing(pk)))

    @action(detail=True, methods=["post"])
    def refuse(self, request: Any, pk: UUID) -> HttpResponse:
        """Refuse the pack, with the reason that its asker reads."""
        reason = self.read_body()["reason"]
        return self._answered(second_officer.refuse_pack(actor=self.actor, pack_id=self._existing(pk), reason=reason))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: UUID) -> HttpResponse:
        """Take back one's own request while nobody has answered it."""
        self.read_body()
        return self._answered(second_officer.withdraw_pack(actor=self.actor, pack_id=self._existing(pk)))

    def _existing(self, pk: UUID) -> UUID:
        return get_object_or_404(self.get_queryset().only("pk"), pk=pk).pk

    def _answered(self, pack: ExitPack) -> HttpResponse:
        return self.answer(row_of(pack, PackAnswer))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Range",
                str,
                OpenApiParameter.HEADER,
                description="`bytes=N-`: the rest of a download that was cut off.",
            )
        ],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY),
            (206, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY),
        },
    )
    @action(detail=True, methods=["get"])
    def archive(self, request: Any, pk: UUID) -> HttpResponseBase:
        """The archive, while it is kept. Each download is in the record, with the archive's hash."""
        pack = get_object_or_404(self.get_queryset(), pk=pk)
        return send_archive(request, pack, services.open_pack(actor=self.actor, pack=pack))


def register(router: Any) -> None:
    router.register("exit-packs", ExitPacks, basename="exit-pack")
