"""Filters in the words of those who apply and those who admit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import UNDER_WAY, Status

if TYPE_CHECKING:
    from .models import AgreementVersion


class ApplicationQuerySet(models.QuerySet[Any]):
    def under_way(self) -> Self:
        return self.filter(status__in=UNDER_WAY)

    def started_before(self, instant: datetime) -> Self:
        """Those whose address was never confirmed."""
        return self.filter(status=Status.STARTED, started_at__lt=instant)


class LinkQuerySet(models.QuerySet[Any]):
    def usable(self) -> Self:
        return self.filter(used_at__isnull=True, expires_at__gt=timezone.now())


class AgreementVersionQuerySet(models.QuerySet["AgreementVersion"]):
    def newest(self) -> list[AgreementVersion]:
        """The version in force of each agreement."""
        found = self.filter(owner_id=SHARED_SERVICE_NUMBER).order_by("key", "-number").distinct("key")
        return sorted(found, key=lambda one: one.key, reverse=True)
