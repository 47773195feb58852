"""What other apps and pages read of a council's money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from councils.organisation.selectors import posts_of_card
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may

from .choices import CommitmentKind, VatCode
from .holders import budget_holder_cards, budget_holder_ids, cost_centres_answered_for, cost_centres_held_by
from .models import BudgetPosition, Commitment, CostCentre, SubjectiveCode, VatRate
from .querysets import BudgetPositionQuerySet, CostCentreQuerySet

__all__ = [
    "Balance",
    "Percentage",
    "all_cost_centres",
    "balances",
    "code_lists",
    "committed_for",
    "budget_holder_cards",
    "budget_holder_ids",
    "cost_centres_answered_for",
    "cost_centres_held_by",
    "cost_centres_visible_to",
    "open_codes",
    "positions_visible_to",
    "reserved_for",
    "vat_choices",
    "vat_percentages",
]


@dataclass(frozen=True, slots=True)
class Percentage:
    """A VAT code's percentage on a day, and whether the council gets it back."""

    percent: Decimal
    recoverable: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """What one head had and has left in a year."""

    cost_centre: str
    subjective: str
    budget_amount: Decimal
    reserved_amount: Decimal
    committed_amount: Decimal
    actual_amount: Decimal
    available_amount: Decimal


def vat_percentages(*, on: date) -> dict[str, Percentage]:
    """The VAT percentages of a day, by code."""
    rates = VatRate.objects.in_force(on).order_by("valid_from")
    return {
        code: Percentage(percent, back) for code, percent, back in rates.values_list("code", "percent", "recoverable")
    }


def open_codes(
    *, cost_centres: Iterable[str], subjectives: Iterable[str], on: date
) -> tuple[dict[str, UUID], dict[str, UUID]]:
    """The keys of the cost centres and subjective codes that may be charged on a day, by their codes."""
    centres = CostCentre.objects.open_on(on).filter(code__in=set(cost_centres))
    codes = SubjectiveCode.objects.open_on(on).filter(code__in=set(subjectives))
    return dict(centres.values_list("code", "pk")), dict(codes.values_list("code", "pk"))


def balances(*, financial_year: int, heads: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Balance]:
    """The balances of some heads, by (cost centre code, subjective code). A head without a budget is left out."""
    wanted = Q(pk__in=[])
    for cost_centre, subjective in set(heads):
        wanted |= Q(cost_centre__code=cost_centre, subjective__code=subjective)
    rows = BudgetPosition.objects.in_year(financial_year).filter(wanted).order_by()
    found = rows.values_list(
        "cost_centre__code",
        "subjective__code",
        "budget_amount",
        "reserved_amount",
        "committed_amount",
        "actual_amount",
        "available_amount",
    )
    return {row[:2]: Balance(*row) for row in found}


def cost_centres_visible_to(actor: OfficerCard) -> CostCentreQuerySet:
    """Finance sees every cost centre; others see their own departments', those they answer for and those they hold."""
    if may(actor, "finance.view_all_budgets"):
        return CostCentre.objects.all()
    departments = {post.department_id for post in posts_of_card(actor.pk)}
    return CostCentre.objects.filter(Q(department_id__in=departments) | Q(pk__in=cost_centres_answered_for(actor.pk)))


def positions_visible_to(actor: OfficerCard) -> BudgetPositionQuerySet:
    """The budget lines of the cost centres an officer may see."""
    if may(actor, "finance.view_all_budgets"):
        return BudgetPosition.objects.all()
    return BudgetPosition.objects.filter(cost_centre__in=cost_centres_visible_to(actor))


def code_lists(*, on: date) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The cost centres and subjective codes open on a day, for lists to choose from."""
    centres = CostCentre.objects.open_on(on).values_list("code", "name")
    codes = SubjectiveCode.objects.open_on(on).values_list("code", "name")
    return [(code, f"{code} {name}") for code, name in centres], [(code, f"{code} {name}") for code, name in codes]


def vat_choices(*, on: date) -> list[tuple[str, str]]:
    """The VAT codes of a day with their percentages, for a list to choose from."""
    labels = dict(VatCode.choices)
    rates = vat_percentages(on=on)
    return [(code, f"{labels[code]} ({rates[code].percent.normalize():f}%)") for code in labels if code in rates]


def all_cost_centres() -> list[tuple[str, str]]:
    """Every cost centre there ever was, for filters of lists that reach back."""
    return [(code, f"{code} {name}") for code, name in CostCentre.objects.values_list("code", "name")]


def reserved_for(source_id: UUID) -> dict[tuple[str, str], Decimal]:
    """What a requisition holds reserved on each head, by (cost centre code, subjective code)."""
    live = Commitment.objects.live().filter(source_id=source_id, kind=CommitmentKind.PRE_COMMITMENT)
    return {row[:2]: row[2] for row in live.values_list("cost_centre__code", "subjective__code", "amount")}


def committed_for(order_id: UUID) -> dict[tuple[str, str], Decimal]:
    """What an order has committed on each head, by (cost centre code, subjective code)."""
    live = Commitment.objects.live().filter(source_id=order_id, kind=CommitmentKind.COMMITMENT)
    return {row[:2]: row[2] for row in live.values_list("cost_centre__code", "subjective__code", "amount")}
