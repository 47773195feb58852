"""What finance allows: who may change codes, set budgets and vire, and how a shortage is explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from councils.organisation.selectors import holders_of_posts
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .holders import budget_holder_cards, budget_holder_ids
from .models import BudgetPosition, CostCentre, FinanceSettings, SubjectiveCode
from .positions import Head, Shortage
from .years import year_label

NAMES_SHOWN = 3


def check_version(record: CostCentre | SubjectiveCode | FinanceSettings, version: int | None) -> None:
    """The officer saw this version, or somebody changed it since."""
    if version is not None and record.version != version:
        raise Stale


def check_code_is_free(model: type[CostCentre | SubjectiveCode], code: str, *, besides: UUID | None = None) -> None:
    same = model.objects.filter(code=code)
    if (same.exclude(pk=besides) if besides else same).exists():
        raise NotAllowed(f"{code} is already in use. Choose another code.")


def check_open_dates(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise NotAllowed("The last day must be the same as or after the first day.")


def check_holder(actor: OfficerCard, card_id: UUID | None, post_id: UUID | None) -> None:
    """A budget holder is an active officer of this council, and never whoever names him: two people."""
    council = current_council().number
    if actor.pk == card_id or (post_id and actor.pk in holders_of_posts([post_id]).values()):
        raise NotAllowed(
            "You cannot make yourself a budget holder. Ask another finance officer to do it.", code="own_record"
        )
    if card_id and not OfficerCard.objects.of_council(council).active().filter(pk=card_id).exists():
        raise NotAllowed("Choose a budget holder who works for this council.")


def pounds(amount: Decimal) -> str:
    """£1,250 or £1,250.50, as the style guide writes money."""
    whole = amount == amount.to_integral_value()
    sign = "-" if amount < 0 else ""
    return f"{sign}£{abs(amount):,.0f}" if whole else f"{sign}£{abs(amount):,.2f}"


def check_may_vire(
    actor: OfficerCard, *, amount: Decimal, from_centre: CostCentre, to_centre: CostCentre, settings: FinanceSettings
) -> None:
    """The section 151 officer may vire anything, finance officers up to their limit, budget holders their own."""
    check_may(actor, "finance.vire")
    if "section_151_officer" in actor.roles:
        return
    if "finance_officer" in actor.roles:
        if amount > settings.finance_officer_virement_amount:
            raise NotAllowed(
                f"You may move up to {pounds(settings.finance_officer_virement_amount)} of budget at a time. "
                f"Ask {names_of('section_151_officer') or 'the section 151 officer'} to move more."
            )
        return
    finance = names_of("finance_officer") or "a finance officer"
    held = budget_holder_ids({from_centre.pk, to_centre.pk})
    if any(held.get(centre.pk) != actor.pk for centre in (from_centre, to_centre)):
        raise NotAllowed(
            f"You may move budget only between cost centres whose budget you hold. Ask {finance} to move this budget."
        )
    if amount > settings.budget_holder_virement_amount:
        raise NotAllowed(
            f"You may move up to {pounds(settings.budget_holder_virement_amount)} of budget at a time. Ask {finance} to "
            "move more."
        )


def moves_any_budget(actor: OfficerCard) -> bool:
    """Finance moves budget between any cost centres; everybody else only between those he holds."""
    return not {"section_151_officer", "finance_officer"}.isdisjoint(actor.roles)


def refuse_virement(centre: CostCentre, subjective: SubjectiveCode, year: int, *, available: Decimal | None) -> None:
    """Say what can be taken from a head at most. Raises NotAllowed."""
    head = f"{centre.code} {centre.name}, {subjective.code} {subjective.name}"
    if available is None:
        raise NotAllowed(
            f"{head} has no budget in {year_label(year)}, so there is nothing to take from it. Take it from another code.",
            code="overspend",
        )
    if available <= 0:
        raise NotAllowed(
            f"{head} has {pounds(available)} available in {year_label(year)}, so there is nothing to take from it. Take "
            "it from another code.",
            code="overspend",
        )
    raise NotAllowed(
        f"{head} has {pounds(available)} available in {year_label(year)}. Move {pounds(available)} or less, or take it "
        "from another code.",
        code="overspend",
    )


def names_of(role: str) -> str:
    """The officers of this council who hold a role, as a list to read: A, B or C."""
    cards = OfficerCard.objects.of_council(current_council().number).active().holding(role)
    return in_words(list(cards.order_by("work_name").values_list("work_name", flat=True)[:NAMES_SHOWN]))


def in_words(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else ""


def refuse_overspend(shortages: list[Shortage], financial_year: int) -> None:
    """Say what is available on each head that is short, and who may vire money to it. Raises NotAllowed."""
    centres = CostCentre.objects.in_bulk([short.head[0] for short in shortages])
    subjectives = SubjectiveCode.objects.in_bulk([short.head[1] for short in shortages])
    holders = budget_holder_cards(centres)
    finance = names_of("finance_officer")
    sentences = []
    for short in shortages:
        centre, subjective = centres[short.head[0]], subjectives[short.head[1]]
        head = f"{centre.code} {centre.name}, {subjective.code} {subjective.name}"
        if short.available is None:
            sentences.append(
                f"{head} has no budget in {year_label(financial_year)}; this needs {pounds(short.needed)}."
            )
        else:
            sentences.append(f"{head} has {pounds(short.available)} available; this needs {pounds(short.needed)}.")
        if holder := holders.get(centre.pk):
            sentences.append(f"{holder.work_name}, the budget holder, may move budget between their own cost centres.")
    who = f"{finance} (finance)" if finance else "A finance officer"
    sentences.append(f"{who} may move budget to it. Or lower the amount, or choose another code.")
    raise NotAllowed(" ".join(sentences), code="overspend")


def refuse_budget_cut(shortages: list[Shortage], amounts: dict[Head, Decimal]) -> None:
    """A budget cannot be set below what is already promised and spent. Raises NotAllowed."""
    short = shortages[0]
    centre, subjective = CostCentre.objects.get(pk=short.head[0]), SubjectiveCode.objects.get(pk=short.head[1])
    spoken_for = amounts[short.head] + short.needed - (short.available or Decimal(0))
    raise NotAllowed(
        f"{centre.code} / {subjective.code} has {pounds(spoken_for)} promised and spent already. "
        f"Enter {pounds(spoken_for)} or more, or cancel orders first.",
        code="overspend",
    )


def check_head_has_budget(centre: CostCentre, subjective: SubjectiveCode, year: int) -> None:
    """Money can only move to a head that has a budget line in the year, even if it is nil."""
    if not BudgetPosition.objects.filter(cost_centre=centre, subjective=subjective, financial_year=year).exists():
        raise NotAllowed(
            f"{centre.code} {centre.name}, {subjective.code} {subjective.name} has no budget in {year_label(year)}, so "
            f"nothing can be moved to it. Ask {names_of('finance_officer') or 'a finance officer'} to set one first."
        )


def heads_by_id(amounts: Mapping[tuple[str, str], Decimal]) -> dict[Head, Decimal]:
    """The same amounts under the keys of their codes. Raises NotAllowed for a code nobody knows."""
    centres = dict(CostCentre.objects.filter(code__in={head[0] for head in amounts}).values_list("code", "pk"))
    subjectives = dict(SubjectiveCode.objects.filter(code__in={head[1] for head in amounts}).values_list("code", "pk"))
    for centre, subjective in amounts:
        if centre not in centres:
            raise NotAllowed(f"There is no cost centre {centre}. Check the code, or add it first.")
        if subjective not in subjectives:
            raise NotAllowed(f"There is no subjective code {subjective}. Check the code, or add it first.")
    return {(centres[centre], subjectives[code]): amount for (centre, code), amount in amounts.items()}
