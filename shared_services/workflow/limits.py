"""How far an officer's own authority reaches, in words: the lines of the matrix that name him."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shared_services.access.models import OfficerCard
from shared_services.govuk.words import spoken_money

from . import authority
from .matrix_processes import matrix_processes
from .models import AuthorityRule
from .who import find_kind


def own_limits(card: OfficerCard, *, on: date) -> list[str]:
    """For each process, up to which amount a line gives an officer a say, and as what."""
    lines = AuthorityRule.objects.of_this_room().on(on).order_by("decision_type", "sequence")
    held = [line for line in lines if _holds(card, line.role, on)]
    sentences = []
    for decision_type, title in matrix_processes():
        mine = [line for line in held if line.decision_type == decision_type]
        if not mine:
            continue
        last = mine[-1]
        tops = [line.amount_to for line in mine if line.sequence == last.sequence]
        top = None if None in tops else max(amount for amount in tops if amount is not None)
        limit = "any amount" if top is None else f"under {spoken_money(top)}"
        where = (
            " (some lines only for one cost centre or category)"
            if any(line.cost_centre or line.category_prefix for line in mine)
            else ""
        )
        sentences.append(f"{title}: {limit}, as {authority.role_in_text(last.role)} or below{where}")
    return sentences


def is_approver(roles: Collection[str], *, on: date) -> bool:
    """Whether a line of the matrix that holds on a day, or later, asks for one of these roles or posts."""
    return AuthorityRule.objects.of_this_room().still_to_come(on=on).filter(role__in=list(roles)).exists()


def _holds(card: OfficerCard, role: str, on: date) -> bool:
    kind = find_kind(role)
    return role in card.roles if kind is None else card.pk in kind[0].holders(kind[1], on)
