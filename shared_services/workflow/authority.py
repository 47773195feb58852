"""The authority matrix at work: which roles must approve, in which order, and who holds them.

The engine and the page "who would approve this" ask the same functions, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES
from shared_services.govuk.words import spoken_money
from shared_services.tenancy.door import current_council

from .models import AuthorityRule, Case
from .who import CaseFacts, find_kind, find_resolver

JOINT_PROCESSES = frozenset({"joint_purchase"})
"""Each council decides these once, by the highest role that its matrix asks for."""
REQUESTER = "requester"
"""The role of whoever raised the case."""
_OTHER_ROLES = {REQUESTER: "Requester", "line_manager": "Line manager"}


@dataclass(frozen=True, slots=True)
class RequiredApproval:
    """One approval that a case needs, and the line of the matrix that asks for it."""

    role: str
    role_label: str
    rule: AuthorityRule
    needed: int = 1

    @property
    def because(self) -> str:
        return describe(self.rule)


def role_label(role: str) -> str:
    if role in ROLES:
        return ROLES[role].label
    kind = find_kind(role)
    if kind is not None:
        return kind[0].label(kind[1])
    return _OTHER_ROLES.get(role, role.replace("_", " ").capitalize())


def describe(rule: AuthorityRule) -> str:
    """A line of the matrix as a sentence."""
    where = f" on cost centre {rule.cost_centre}" if rule.cost_centre else ""
    what = f" in category {rule.category_prefix}" if rule.category_prefix else ""
    if rule.amount_to is None and not rule.amount_from:
        amount = "of any amount"
    elif rule.amount_to is None:
        amount = f"of {spoken_money(rule.amount_from)} or more"
    else:
        amount = f"from {spoken_money(rule.amount_from)} to under {spoken_money(rule.amount_to)}"
    many = f" ({rule.needed} different officers)" if rule.needed > 1 else ""
    return f"{role_label(rule.role)}{many} approves cases {amount}{where}{what}"


def required_approvals(
    *,
    decision_type: str,
    amount: Decimal | None,
    category: str = "",
    cost_centre: str = "",
    on: date,
    at: datetime | None = None,
) -> list[RequiredApproval]:
    """Every approval that this room's matrix asks for on a day, in the order of the matrix; each role once.

    Where two lines ask for one role, the line that needs more of its holders is the one that counts. `at` asks
    the matrix as it was known at an instant.
    """
    lines = AuthorityRule.objects.of_this_room().filter(decision_type=decision_type).covering(amount or Decimal(0))
    lines = lines.on(on) if at is None else lines.known_at(at)
    ordered = lines.order_by("sequence", "amount_from", "pk")
    return pick(ordered, decision_type=decision_type, amount=amount, category=category, cost_centre=cost_centre)


def pick(
    lines: Iterable[AuthorityRule], *, decision_type: str, amount: Decimal | None, category: str, cost_centre: str
) -> list[RequiredApproval]:
    """Those of some lines in force, in the order of the matrix, that ask for an approval: the one evaluation there is."""
    found: dict[str, RequiredApproval] = {}
    for rule in lines:
        asks = rule.decision_type == decision_type and covers(rule, amount or Decimal(0))
        if not asks or not fits(rule, category=category, cost_centre=cost_centre):
            continue
        known = found.get(rule.role)
        if known is None or rule.needed > known.needed:
            found[rule.role] = RequiredApproval(rule.role, role_label(rule.role), rule, rule.needed)
    return list(found.values())


def covers(rule: AuthorityRule, amount: Decimal) -> bool:
    """From its amount up to, but not including, its upper limit."""
    return rule.amount_from <= amount and (rule.amount_to is None or amount < rule.amount_to)


def in_force_at(rule: AuthorityRule, instant: datetime) -> bool:
    """Whether a line was in force, and known, at an instant."""
    day = timezone.localtime(instant).date()
    begun = rule.valid_from <= day and (rule.added_at is None or rule.added_at <= instant)
    return begun and (rule.valid_to is None or day <= rule.valid_to)


def fits(rule: AuthorityRule, *, category: str, cost_centre: str) -> bool:
    """Whether a line speaks of a category and a cost centre."""
    return (not rule.cost_centre or rule.cost_centre == cost_centre) and category.startswith(rule.category_prefix)


def deciding_approvals(
    *,
    decision_type: str,
    amount: Decimal | None,
    category: str = "",
    cost_centre: str = "",
    on: date,
    at: datetime | None = None,
) -> list[RequiredApproval]:
    """Those of them that somebody is asked for: all in turn, or the highest alone in a joint case."""
    required = required_approvals(
        decision_type=decision_type, amount=amount, category=category, cost_centre=cost_centre, on=on, at=at
    )
    return required[-1:] if decision_type in JOINT_PROCESSES else required


def facts_of(case: Case) -> CaseFacts:
    """What resolvers may know of a case."""
    return CaseFacts(
        process=case.process, requester_id=case.requester_id, cost_centre=str(case.facts.get("cost_centre") or "")
    )


def holders(role: str, facts: CaseFacts, *, joint: bool = False) -> set[UUID]:
    """The cards of the active officers of this room who hold a role for a case.

    A joint case belongs to no department of this council, so everyone with the role answers for it.
    """
    if role == REQUESTER:
        return {facts.requester_id}
    number = current_council().number
    kind = find_kind(role)
    if kind is not None:
        named = kind[0].holders(kind[1], facts.on or timezone.localdate())
        return set(OfficerCard.objects.of_council(number).active().filter(pk__in=named).values_list("pk", flat=True))
    find = None if joint else find_resolver(role)
    if find is None:
        return set(OfficerCard.objects.of_council(number).active().holding(role).values_list("pk", flat=True))
    named = find(facts)
    if not named:
        return set()
    return set(OfficerCard.objects.of_council(number).active().filter(pk__in=named).values_list("pk", flat=True))


def holds(card: OfficerCard, role: str, facts: CaseFacts, *, joint: bool = False) -> bool:
    """Whether an officer holds a role for a case now. Asks as little as will do: his own card is already at hand."""
    if not card.active or card.owner_id != current_council().number:
        return False
    if role == REQUESTER:
        return card.pk == facts.requester_id
    kind = find_kind(role)
    if kind is not None:
        return card.pk in kind[0].holders(kind[1], facts.on or timezone.localdate())
    find = None if joint else find_resolver(role)
    return card.pk in find(facts) if find is not None else role in card.roles


def may_decide(cards: Iterable[UUID], role: str, case: Case) -> set[UUID]:
    """Those of a role's holders who may act: not whoever raised the case, nor anyone who has approved it already."""
    if role == REQUESTER:
        return set(cards)
    return set(cards) - {case.requester_id} - set(case.approved_by)
