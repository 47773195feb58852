"""What finance puts on the home page: budgets that are running out."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import counted

from .models import BudgetPosition
from .selectors import cost_centres_held_by
from .years import financial_year_of


@home_card("finance.vire")
def budgets_running_out(actor: Any) -> HomeCard | None:
    """Budget lines of the officer's own cost centres with less than a tenth left."""
    lines = BudgetPosition.objects.in_year(financial_year_of(localdate())).of_cost_centres(
        cost_centres_held_by(actor.pk)
    )
    short = lines.filter(budget_amount__gt=0, available_amount__lt=F("budget_amount") / 10).count()
    if not short:
        return None
    text = f"{counted(short, 'budget line')} with less than 10% left"
    return HomeCard("Budgets running out", short, text, reverse("finance:list_budgets"), order=40)
