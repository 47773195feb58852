"""The authority matrix at work: which roles must approve, in which order, and who holds them.

The engine and the page "who would approve this" ask the same functions, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES, may, roles_granting
from shared_services.govuk.words import spoken_money
from shared_services.tenancy.door import current_council

from . import joint as joint_cases
from .models import AuthorityRule, Case, Task
from .who import CaseFacts, find_resolver, permission_to_decide

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

    @property
    def because(self) -> str:
        return describe(self.rule)


def role_label(role: str) -> str:
    name, _, cost_centre = role.partition(":")
    if cost_centre:
        return f"{role_label(name)} of {cost_centre}"
    if role in ROLES:
        return ROLES[role].label
    return _OTHER_ROLES.get(role, role.replace("_", " ").capitalize())


def role_in_text(role: str) -> str:
    """A role's label as it stands within a sentence: "budget holder of LIB10", "HR adviser"."""
    label = role_label(role)
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


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
    return f"{role_label(rule.role)} approves cases {amount}{where}{what}"


def required_approvals(
    *, decision_type: str, amount: Decimal | None, category: str = "", cost_centre: str = "", on: date
) -> list[RequiredApproval]:
    """Every approval that this room's matrix asks for on a day, in the order of the matrix; each role once."""
    rules = (
        AuthorityRule.objects.of_this_room().filter(decision_type=decision_type).on(on).covering(amount or Decimal(0))
    )
    found: dict[str, RequiredApproval] = {}
    for rule in rules.order_by("sequence", "amount_from", "pk"):
        fits = (not rule.cost_centre or rule.cost_centre == cost_centre) and category.startswith(rule.category_prefix)
        if fits and rule.role not in found:
            found[rule.role] = RequiredApproval(rule.role, role_label(rule.role), rule)
    return list(found.values())


def deciding_approvals(
    *, decision_type: str, amount: Decimal | None, category: str = "", cost_centre: str = "", on: date
) -> list[RequiredApproval]:
    """Those of them that somebody is asked for: all in turn, or the highest alone in a joint case."""
    required = required_approvals(
        decision_type=decision_type, amount=amount, category=category, cost_centre=cost_centre, on=on
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
    find = None if joint else find_resolver(role)
    officers = OfficerCard.objects.of_council(current_council().number).active()
    if find is None:
        return set(officers.holding(role.partition(":")[0]).values_list("pk", flat=True))
    named = find(facts)
    if not named:
        return set()
    permission = permission_to_decide(facts.process)
    if permission:
        # A post or a budget was given by one person; the role that allows the decision was given by another.
        officers = officers.holding_any(roles_granting(permission))
    return set(officers.filter(pk__in=named).values_list("pk", flat=True))


def holds(card: OfficerCard, role: str, facts: CaseFacts, *, joint: bool = False) -> bool:
    """Whether an officer holds a role for a case now. Asks as little as will do: his own card is already at hand."""
    if not card.active or card.owner_id != current_council().number:
        return False
    if role == REQUESTER:
        return card.pk == facts.requester_id
    find = None if joint else find_resolver(role)
    if find is None:
        return role.partition(":")[0] in card.roles
    permission = permission_to_decide(facts.process)
    return (not permission or may(card, permission)) and card.pk in find(facts)


def is_joint_here(case: Case) -> bool:
    """Whether this room only has a part in the case: it answers for itself, and the owner's room moves the case on."""
    return case.owner_id != current_council().number


def role_for(task: Task, case: Case) -> str:
    """The role that must act: in a joint case the highest that this council's own matrix asks for today.

    It is found from what the council itself would pay, never from what the task's sender wrote on it.
    """
    if not (task.authority or is_joint_here(case)):
        return task.role
    required = deciding_approvals(
        decision_type=task.authority or case.process,
        amount=amount_for(task, case),
        category=case.category,
        on=timezone.localdate(),
    )
    return required[-1].role if required else ""


def amount_for(task: Task, case: Case) -> Decimal | None:
    """What is decided on: the council's own share of a joint case."""
    return joint_cases.share_of(case, task.owner_id) if task.owner_id != case.owner_id else case.amount


def may_decide(cards: Iterable[UUID], role: str, case: Case) -> set[UUID]:
    """Those of a role's holders who may act: not whoever asked for it, nor anyone who has approved it already."""
    if role == REQUESTER:
        return set(cards)
    return set(cards) - askers(case) - set(case.approved_by)


def askers(case: Case) -> set[UUID]:
    """Whose own request a case is: whoever raised it, and in a joint case this council's requesters."""
    return {case.requester_id} | (joint_cases.interested(case) if is_joint_here(case) else set())
