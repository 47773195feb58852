"""What finance puts on the home page: budgets that are running out, cost centres that nobody holds."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate

from shared_services.access.permissions import may
from shared_services.govuk.home import HomeCard, home_action, home_card

from .models import CostCentre
from .selectors import cost_centres_held_by, positions_visible_to
from .years import financial_year_of

home_action("finance.manage_budgets", "Set a budget", "finance:set_budget", order=30)
home_action("finance.manage_budgets", "Move budget", "finance:vire", order=31)


@home_card("finance.vire")
def budgets_running_out(actor: Any) -> HomeCard | None:
    """Budget lines with less than a tenth left: the council's for finance, else those of the officer's own cost centres."""
    lines = positions_visible_to(actor).in_year(financial_year_of(localdate())).running_out()
    query = {"running_out": "on"}
    if not may(actor, "finance.view_all_budgets"):
        lines = lines.of_cost_centres(cost_centres_held_by(actor.pk))
        query["mine"] = "on"
    counts = lines.aggregate(short=Count("pk"), spent=Count("pk", filter=Q(available_amount__lte=0)))
    if not counts["short"]:
        return None
    text = "Budget lines with less than 10% left"
    if counts["spent"]:
        text += f", {counts['spent']} of them with nothing left"
    return HomeCard(
        "Budgets running out", counts["short"], text, f"{reverse('finance:list_budgets')}?{urlencode(query)}",
        urgent=bool(counts["spent"]), order=40,
    )  # fmt: skip


@home_card("finance.manage_cost_centres")
def cost_centres_without_holder(_actor: Any) -> HomeCard | None:
    """Cost centres open today whose budget nobody holds: nobody can approve what is charged to them."""
    count = CostCentre.objects.open_on(localdate()).with_holders().unheld().count()
    if not count:
        return None
    return HomeCard(
        "Cost centres without a budget holder", count, "Name an officer or a post that is held",
        f"{reverse('finance:list_cost_centres')}?unheld=on", urgent=True, order=41,
    )  # fmt: skip
