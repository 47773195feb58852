"""Keeping duties apart: checked when a role is given, and again when somebody acts.

A duty is a permission or "role:<key>". A rule keeps two of them apart always, or in one case. The shared
service's rules hold for every council; a council adds stricter ones of its own and can take none away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, ROLES, permissions_of
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.tenancy.statements import JoinedRows

from . import authority
from .choices import DutyScope
from .models import Case, DutyException, DutyRule

ROLE = "role:"
RULES_IN_FORCE = JoinedRows(
    "workflow.DutyRule", where="t0.owner_id = ANY(%s) AND t0.ended_at IS NULL ORDER BY t0.owner_id, t0.key"
)


@dataclass(frozen=True, slots=True)
class ShippedRule:
    """A rule that every council starts with."""

    key: str
    sentence: str
    first: str
    second: str
    scope: str


SHIPPED_RULES = (
    ShippedRule(
        "requester-may-not-approve", "Whoever asks for a purchase may not approve it",
        "purchasing.raise_requisition", "purchasing.approve_requisition", DutyScope.SAME_CASE,
    ),
    ShippedRule(
        "leave-taker-may-not-approve", "Whoever asks for leave may not approve it",
        "people.request_leave", "people.approve_leave", DutyScope.SAME_CASE,
    ),
    ShippedRule(
        "roles-and-approving", "Whoever gives roles may not approve purchases",
        "accounts.manage_roles", "purchasing.approve_requisition", DutyScope.ALWAYS,
    ),
    ShippedRule(
        "roles-and-ordering", "Whoever gives roles may not send out orders",
        "accounts.manage_roles", "purchasing.issue_order", DutyScope.ALWAYS,
    ),
    ShippedRule(
        "roles-and-budgets", "Whoever gives roles may not set or move budgets",
        "accounts.manage_roles", "finance.vire", DutyScope.ALWAYS,
    ),
    ShippedRule(
        "roles-and-figures", "Whoever gives roles may not change budgets’ figures",
        "accounts.manage_roles", "finance.manage_budgets", DutyScope.ALWAYS,
    ),
    ShippedRule(
        "orderer-may-not-receive", "Whoever sends out an order may not receive the goods",
        "purchasing.issue_order", "purchasing.receive_goods", DutyScope.SAME_CASE,
    ),
    ShippedRule(
        "supplier-editor-may-not-pay", "Whoever changes suppliers may not pay them",
        "procurement.manage_suppliers", "finance.pay_invoice", DutyScope.ALWAYS,
    ),
)  # fmt: skip
"""Those whose permissions the portal does not have yet begin with the release that brings them."""


@dataclass(frozen=True, slots=True)
class CaseDuties:
    """The permissions by which a process is begun and approved."""

    request: str
    approve: str


_case_duties: dict[str, CaseDuties] = {}


def case_duties(process: str, *, request: str, approve: str) -> None:
    """Register which permissions a process's two ends need; its app does."""
    _case_duties[process] = CaseDuties(request, approve)


def is_known(duty: str) -> bool:
    return duty in PERMISSIONS or (duty.startswith(ROLE) and duty.removeprefix(ROLE) in ROLES)


def duty_label(duty: str) -> str:
    """A duty in words that complete "may"."""
    if duty.startswith(ROLE):
        key = duty.removeprefix(ROLE)
        return f"act as {ROLES[key].label.lower()}" if key in ROLES else key
    return PERMISSIONS.get(duty, duty)


def has_duty(roles: Iterable[str], duty: str) -> bool:
    roles = tuple(roles)
    return duty.removeprefix(ROLE) in roles if duty.startswith(ROLE) else duty in permissions_of(roles)


def rules_in_force() -> list[DutyRule]:
    """The shared service's rules and this council's own."""
    return RULES_IN_FORCE.find_all([SHARED_SERVICE_NUMBER, current_council().number])


def broken_by(roles: Iterable[str], rules: Iterable[DutyRule]) -> list[DutyRule]:
    """The rules that keep apart for good what these roles bring together."""
    roles = tuple(roles)
    return [
        rule
        for rule in rules
        if rule.scope == DutyScope.ALWAYS and has_duty(roles, rule.first) and has_duty(roles, rule.second)
    ]


def excepted(card_id: UUID) -> set[UUID]:
    """The rules from which an officer is excepted today."""
    found = DutyException.objects.of_this_room().in_force(on=timezone.localdate()).filter(card_id=card_id)
    return set(found.values_list("rule_id", flat=True))


def check_grant(actor: OfficerCard, card: OfficerCard | None, roles: Collection[str]) -> None:
    """Refuse roles that bring two duties together, naming the rule; `roles` are all that the officer would hold.

    Whoever gives them must keep to the rules himself.

    What an officer brings together already is not refused again: it is listed, and refused when he acts.
    """
    check_may_do(actor, "accounts.manage_roles")
    rules = rules_in_force()
    before = {rule.pk for rule in broken_by(card.roles, rules)} if card is not None else set()
    broken = [rule for rule in broken_by(roles, rules) if rule.pk not in before]
    if broken and card is not None:
        allowed = excepted(card.pk)
        broken = [rule for rule in broken if rule.pk not in allowed]
    if broken:
        raise NotAllowed(f"{_refusal(broken[0])} {_WAY_OUT}", code="duties")


_WAY_OUT = "Give the role to somebody else, or ask the section 151 officer to sign an exception that ends."


def _refusal(rule: DutyRule) -> str:
    return (
        f"Separated duties: {rule.sentence[:1].lower()}{rule.sentence[1:]}. One person may not "
        f"{duty_label(rule.first)} and {duty_label(rule.second)}."
    )


def why_not_do(actor: OfficerCard, duty: str, *, done: Mapping[str, Collection[UUID]] | None = None) -> str:
    """Why an officer may not carry out a duty now, naming the rule; empty when he may.

    `done` tells who carried out which other duty in the same case: {"purchasing.issue_order": {card key}}.
    """
    rules = [rule for rule in rules_in_force() if duty in (rule.first, rule.second)]
    broken = []
    for rule in rules:
        other = rule.second if duty == rule.first else rule.first
        if rule.scope == DutyScope.SAME_CASE:
            if actor.pk in (done or {}).get(other, ()):
                broken.append(rule)
        elif has_duty(actor.roles, other):
            broken.append(rule)
    if broken:
        allowed = excepted(actor.pk)
        broken = [rule for rule in broken if rule.pk not in allowed or rule.scope == DutyScope.SAME_CASE]
    return f"{_refusal(broken[0])} Somebody else must do this." if broken else ""


def check_may_do(actor: OfficerCard, duty: str, *, done: Mapping[str, Collection[UUID]] | None = None) -> None:
    """Refuse an officer who holds, or did in the same case, what a rule keeps apart from a duty."""
    reason = why_not_do(actor, duty, done=done)
    if reason:
        raise NotAllowed(reason, code="duties")


def why_not_decide(actor: OfficerCard, case: Case) -> str:
    """Why separated duties keep an officer from deciding on a case; empty when they do not."""
    duties = _case_duties.get(case.process)
    if duties is None:
        return ""
    return why_not_do(actor, duties.approve, done={duties.request: authority.askers(case)})


def kept_from(cards: Iterable[OfficerCard], case: Case) -> set[UUID]:
    """Those of some officers whom a rule keeps from deciding on a case: nobody can stand in for them either."""
    duties = _case_duties.get(case.process)
    if duties is None:
        return set()
    rules = [
        (rule.pk, rule.second if duties.approve == rule.first else rule.first)
        for rule in rules_in_force()
        if rule.scope == DutyScope.ALWAYS and duties.approve in (rule.first, rule.second)
    ]
    found = {(card.pk, rule) for card in cards for rule, other in rules if has_duty(card.roles, other)}
    exceptions = DutyException.objects.of_this_room().in_force(on=timezone.localdate())
    return {card for card, _rule in found - set(exceptions.values_list("card_id", "rule_id"))} if found else set()


@dataclass(frozen=True, slots=True)
class Conflict:
    """An officer who brings together what a rule keeps apart, and until when he may."""

    card: OfficerCard
    rule: DutyRule
    exception: DutyException | None


def conflicts() -> list[Conflict]:
    """Every officer of this room who holds two duties that are kept apart for good."""
    rules = rules_in_force()
    exceptions = {
        (one.card_id, one.rule_id): one
        for one in DutyException.objects.of_this_room().in_force(on=timezone.localdate())
    }
    cards = OfficerCard.objects.of_council(current_council().number).active().exclude(roles=[]).order_by("work_name")
    return [
        Conflict(card, rule, exceptions.get((card.pk, rule.pk)))
        for card in cards
        for rule in broken_by(card.roles, rules)
    ]
