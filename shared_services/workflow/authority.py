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
from shared_services.access.permissions import READ_ONLY_ROLES, ROLES, may, roles_granting
from shared_services.govuk.words import spoken_money
from shared_services.tenancy.door import current_council
from shared_services.tenancy.statements import found_keys

from . import joint as joint_cases
from .models import AuthorityRule, Case, Task
from .who import CaseFacts, find_kind, find_resolver, permission_to_decide, role_in_matrix

JOINT_PROCESSES = frozenset({"joint_purchase"})
"""Each council decides these once, by the highest role that its matrix asks for."""
REQUESTER = "requester"
"""The role of whoever raised the case."""
WHO_ACT = f"active AND NOT roles && '{{{','.join(sorted(READ_ONLY_ROLES))}}}'::varchar[]"
"""Active, and no auditor: who only reads is never asked to decide."""
OFFICERS_HOLDING = f"""
    SELECT id FROM public.access_officercard WHERE owner_id = %s AND {WHO_ACT} AND roles @> ARRAY[%s]::varchar[]
"""
OFFICERS_NAMED = f"""
    SELECT id FROM public.access_officercard
     WHERE owner_id = %s AND {WHO_ACT} AND id = ANY(%s) AND (%s::varchar[] IS NULL OR roles && %s::varchar[])
"""
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
    kind = find_kind(role)
    if kind is not None:
        return kind[0].label(kind[1])
    name, cost_centre = role_in_matrix(role)
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
    return rule.holds_on(day) and (rule.added_at is None or rule.added_at <= instant)


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
    """The cards of the active officers of this room who hold a role for a case; no auditor is among them.

    A joint case belongs to no department of this council, so everyone with the role answers for it.
    """
    here = current_council().number
    if role == REQUESTER:
        return found_keys(OFFICERS_NAMED, here, [facts.requester_id], None, None)
    named = _named(role, facts, joint=joint)
    if named is None:
        return found_keys(OFFICERS_HOLDING, here, role_in_matrix(role)[0])
    if not named:
        return set()
    # A post or a budget was given by one person; the role that allows the decision was given by another.
    permission = permission_to_decide(facts.process)
    roles = roles_granting(permission) if permission else None
    return found_keys(OFFICERS_NAMED, here, list(named), roles, roles)


def holds(card: OfficerCard, role: str, facts: CaseFacts, *, joint: bool = False) -> bool:
    """Whether an officer holds a role for a case now. Asks as little as will do: his own card is already at hand."""
    if not card.active or card.only_reads or card.owner_id != current_council().number:
        return False
    if role == REQUESTER:
        return card.pk == facts.requester_id
    named = _named(role, facts, joint=joint)
    if named is None:
        return role_in_matrix(role)[0] in card.roles
    permission = permission_to_decide(facts.process)
    return (not permission or may(card, permission)) and card.pk in named


def _named(role: str, facts: CaseFacts, *, joint: bool) -> set[UUID] | None:
    """Whom a post, a department or a budget names for a role; None for a role that is held by whoever was given it."""
    kind = find_kind(role)
    if kind is not None:
        return kind[0].holders(kind[1], facts.on or timezone.localdate())
    find = None if joint else find_resolver(role)
    return None if find is None else find(facts)


def is_given(role: str, *, joint: bool = False) -> bool:
    """Whether a role is held for every case alike by those who were given it."""
    return role != REQUESTER and find_kind(role) is None and (joint or find_resolver(role) is None)


def holders_for(task: Task, case: Case) -> set[UUID]:
    """The officers of this room who hold the role that must act on a task."""
    role = role_for(task, case)
    return holders(role, facts_of(case), joint=asks_own_matrix(task, case)) if role else set()


def is_joint_here(case: Case) -> bool:
    """Whether this room only has a part in the case: it answers for itself, and the owner's room moves the case on."""
    return case.owner_id != current_council().number


def asks_own_matrix(task: Task, case: Case) -> bool:
    """Whether a task's role is this council's own to say: it is a part of a joint case, or drawn that way."""
    return bool(task.authority) or is_joint_here(case)


def approvals_for(task: Task, case: Case) -> list[RequiredApproval]:
    """What this council's own matrix asks today for its part in a case.

    It is found from what the council itself would pay, never from what the task's sender wrote on it.
    """
    return deciding_approvals(
        decision_type=task.authority or case.process,
        amount=amount_for(task, case),
        category=case.category,
        on=timezone.localdate(),
    )


def role_for(task: Task, case: Case) -> str:
    """The role that must act: in a joint case the highest that this council's own matrix asks for today."""
    if not asks_own_matrix(task, case):
        return task.role
    required = approvals_for(task, case)
    return required[-1].role if required else ""


def amount_for(task: Task, case: Case) -> Decimal | None:
    """What is decided on: the council's own share of a joint case."""
    return joint_cases.share_of(case, task.owner_id) if task.owner_id != case.owner_id else case.amount


def may_decide(cards: Iterable[UUID], role: str, case: Case) -> set[UUID]:
    """Those of a role's holders who may act: not whoever asked for it, nor anyone who has approved it already."""
    return set(cards) if role == REQUESTER else set(cards) - barred_from(case)


def barred_from(case: Case) -> set[UUID]:
    """Whoever asked for a case, and whoever has approved it or was approved for since it was sent."""
    return askers(case) | set(case.approved_by)


def askers(case: Case) -> set[UUID]:
    """Whose own request a case is: whoever raised it, and in a joint case this council's requesters."""
    return {case.requester_id} | (joint_cases.interested(case) if is_joint_here(case) else set())
