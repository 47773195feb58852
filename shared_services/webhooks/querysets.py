"""Deliveries as the pages and the jobs ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models

from .choices import DeliveryStatus


class DeliveryQuerySet(models.QuerySet[Any]):
    def made_between(self, since: datetime, until: datetime) -> Self:
        return self.filter(created_at__gte=since, created_at__lt=until)

    def not_delivered(self) -> Self:
        return self.filter(status__in=[DeliveryStatus.FAILED, DeliveryStatus.HELD])

    def settled(self) -> Self:
        return self.exclude(status=DeliveryStatus.WAITING)
