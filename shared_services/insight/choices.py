"""The states of a consolidation and the kinds of figure."""

from __future__ import annotations

from django.db import models


class FigureKind(models.TextChoices):
    SPEND = "spend", "Spend"
    DEMAND = "demand", "Demand"


class RunTrigger(models.TextChoices):
    NIGHTLY = "nightly", "Nightly"
    ON_DEMAND = "on_demand", "On demand"
