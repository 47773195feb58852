"""Filters in the words of those who watch the consolidation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Count, F, Max, Min, Q, Sum

from shared_services.messaging.live_steps import StepStatus
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from .choices import FigureKind


class ConsolidationRunQuerySet(models.QuerySet):
    def of_shared_service(self) -> Self:
        return self.filter(owner_id=SHARED_SERVICE_NUMBER)


class CouncilStepQuerySet(models.QuerySet):
    def of_councils(self, numbers: Iterable[int]) -> Self:
        return self.filter(owner_id__in=list(numbers))

    def unfinished(self) -> Self:
        return self.filter(status__in=(StepStatus.WAITING, StepStatus.RUNNING))

    def lost(self, *, before: datetime) -> Self:
        """Steps that were asked for, or began, before this instant and have not ended: their worker is gone."""
        return self.filter(
            Q(status=StepStatus.WAITING, queued_at__lt=before) | Q(status=StepStatus.RUNNING, started_at__lt=before)
        )


class CategoryFigureQuerySet(models.QuerySet):
    def of_councils(self, numbers: Iterable[int]) -> Self:
        return self.filter(owner_id__in=list(numbers))

    def spend(self) -> Self:
        return self.filter(kind=FigureKind.SPEND)

    def between(self, first: date, last: date) -> Self:
        return self.filter(month_on__gte=first, month_on__lte=last)


class SupplierSharingQuerySet(models.QuerySet):
    def live(self, on: date) -> Self:
        return self.filter(ended_at__isnull=True, expires_on__gte=on)


class SupplierFigureQuerySet(models.QuerySet):
    def in_large_groups(self, on: date) -> models.QuerySet:
        """Suppliers from which as many councils order as the strictest of them asks for, with what all come to.

        A smaller group is left out altogether. A council whose room is closed counts no more: nobody of it can switch it
        off, and its successor’s orders are the same ones.
        """
        here = Council.objects.filter(state__in=Council.KEPT).exclude(leaves_on__lte=on).values("pk")
        live = self.filter(shared_until_on__gte=on, owner__in=here).order_by().values("match_key")
        groups = live.annotate(
            shown=Min("name"), partners=Count("owner", distinct=True), least=Max("least_councils"),
            lines=Sum("orders"), net=Sum("net_amount"),
        )  # fmt: skip
        return groups.filter(partners__gte=F("least"))
