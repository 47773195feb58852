"""The audit record for programs, to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from rest_framework import serializers

from shared_services.api.rows import Answer, elsewhere
from shared_services.api.viewsets import RoomViewSet
from shared_services.audit.models import AuditEntry, ChainLink
from shared_services.audit.selectors import entries_for, with_words

from .services import MAY_READ


class EntryAnswer(Answer):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    actor_id = serializers.UUIDField(source="actor_card_id", allow_null=True)
    actor_name = serializers.CharField()
    event = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    subject_label = serializers.CharField()
    facts = serializers.JSONField(help_text="old and new values are under “changes”: field, then old and new")


class LinkAnswer(Answer):
    seq = serializers.IntegerField()
    sealed_at = serializers.DateTimeField()
    hash = serializers.CharField()


class EntryDetailAnswer(EntryAnswer):
    link = elsewhere(LinkAnswer(allow_null=True, help_text="its place in the chain; none while it waits"))


class EntryApiFilter(django_filters.FilterSet):
    actor_id = django_filters.UUIDFilter(field_name="actor_card_id")
    event = django_filters.CharFilter()
    subject_type = django_filters.CharFilter()
    subject_id = django_filters.CharFilter()
    at_from = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    at_until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")
    words = django_filters.CharFilter(method="by_words")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def by_words(self, entries: Any, _name: str, value: str) -> Any:
        return with_words(entries, value)


class AuditEntries(RoomViewSet):
    """Everything that was done in this room. Reading is all there is."""

    tag = "Audit"
    permissions = {"list": MAY_READ, "retrieve": MAY_READ}
    answer_class = EntryAnswer
    detail_class = EntryDetailAnswer
    filterset_class = EntryApiFilter
    ordering = {"at": "at"}
    default_ordering = "-at,-pk"

    def get_queryset(self) -> Any:
        return entries_for(self.actor)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        link = ChainLink.objects.filter(pk=pk).values("seq", "sealed_at", "hash").first()
        row["link"] = {**link, "hash": bytes(link["hash"]).hex()} if link else None
        return row


def register(router: Any) -> None:
    router.register("audit-entries", AuditEntries, basename="audit-entry")
