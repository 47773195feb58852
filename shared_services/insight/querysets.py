"""Filters in the words of those who watch the consolidation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Q

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import FigureKind, StepStatus


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
