"""The words the organisation app chooses from."""

from __future__ import annotations

from django.db.models import TextChoices


class BudgetCheckMode(TextChoices):
    STOP = "stop", "Stop: refuse when the budget is not enough"
    WARN = "warn", "Warn: let the budget holder decide"


class Division(TextChoices):
    """The parts of the United Kingdom that keep their own bank holidays."""

    ENGLAND_AND_WALES = "england-and-wales", "England and Wales"
    SCOTLAND = "scotland", "Scotland"
    NORTHERN_IRELAND = "northern-ireland", "Northern Ireland"
