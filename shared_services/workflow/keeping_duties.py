"""What can happen to the rules on separated duties: a council adds and ends its own, exceptions are signed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.annexes.services import write_note
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from . import duties
from .choices import DutyScope
from .models import DutyException, DutyRule

LONGEST_EXCEPTION_DAYS = 366
MAY_SIGN = "workflow.sign_authority"
MAY_MANAGE = "workflow.manage_duties"


@transaction.atomic
def add_duty_rule(*, actor: OfficerCard, sentence: str, first: str, second: str, scope: str) -> DutyRule:
    """Keep two further duties apart in this council. Those who hold both are listed, not stripped. Twice is once."""
    check_may(actor, MAY_MANAGE)
    if not (duties.is_known(first) and duties.is_known(second)) or first == second:
        raise NotAllowed("Choose two different duties.")
    if scope not in DutyScope.values:
        raise NotAllowed("Choose whether the duties are kept apart always or in one case.")
    pair = {first, second}
    for rule in DutyRule.objects.for_this_room().in_force():
        if {rule.first, rule.second} == pair and rule.scope in (scope, DutyScope.ALWAYS):
            return rule
    here = current_council().number
    key = slugify(sentence)[:50] or "rule"
    if DutyRule.objects.filter(owner_id=here, key=key, ended_at__isnull=True).exists():
        raise NotAllowed("A rule with these words exists already. Say in other words what this one keeps apart.")
    rule = DutyRule(
        owner_id=here, key=key, sentence=sentence.strip(), first=first, second=second, scope=scope,
        added_by_name=actor.work_name, added_at=timezone.now(),
    )  # fmt: skip
    rule.save(force_insert=True)
    record(actor, "workflow.duty_rule.added", rule, first=first, second=second, scope=scope)
    return rule


@transaction.atomic
def end_duty_rule(*, actor: OfficerCard, rule_id: UUID, version: int | None = None) -> DutyRule:
    """End a rule of the council's own. The shared service's rules cannot be ended here; ending twice changes nothing."""
    check_may(actor, MAY_SIGN)
    rule = DutyRule.objects.select_for_update().filter(owner_id=current_council().number, pk=rule_id).first()
    if rule is None:
        raise NotAllowed("This rule holds for every council, so it cannot be ended here.")
    if rule.ended_at is not None:
        return rule
    if version is not None and version != rule.version:
        raise Stale
    rule.ended_at, rule.ended_by_name = timezone.now(), actor.work_name
    rule.version += 1
    rule.save(update_fields=["ended_at", "ended_by_name", "version"])
    record(actor, "workflow.duty_rule.ended", rule)
    return rule


@transaction.atomic
def sign_duty_exception(
    *, actor: OfficerCard, rule_id: UUID, card_id: UUID, until_on: date, reason: str
) -> DutyException:
    """Let one officer hold both duties of a rule until a day. Nobody signs one for himself; twice is once.

    Only rules that hold always have exceptions: nobody decides on a case of his own, whoever signs.
    """
    check_may(actor, MAY_SIGN)
    today = timezone.localdate()
    rule = DutyRule.objects.for_this_room().in_force().filter(pk=rule_id).first()
    card = OfficerCard.objects.of_council(current_council().number).active().filter(pk=card_id).first()
    if rule is None or card is None:
        raise NotAllowed("Choose a rule and an active officer of this council.")
    if rule.scope != DutyScope.ALWAYS:
        raise NotAllowed("There is no exception from this rule: nobody does both in one case.")
    if card.pk == actor.pk:
        raise NotAllowed("You cannot sign an exception for yourself. Another section 151 officer must.")
    if not today <= until_on <= today + timedelta(days=LONGEST_EXCEPTION_DAYS):
        raise NotAllowed("An exception must end: choose a day from today to a year ahead.")
    if not reason.strip():
        raise NotAllowed("Enter why this officer must hold both duties, and how the risk is watched.")
    known = DutyException.objects.of_this_room().filter(rule=rule, card=card, until_on=until_on, ended_at__isnull=True)
    if (found := known.first()) is not None:
        return found
    exception = DutyException(
        owner_id=current_council().number, rule=rule, rule_key=rule.key, card=card, card_name=card.work_name,
        until_on=until_on, signed_by_name=actor.work_name, signed_at=timezone.now(),
    )  # fmt: skip
    exception.save(force_insert=True)
    write_note(actor=actor, case_id=exception.pk, text=reason.strip())
    record(actor, "workflow.duty_exception.signed", exception, rule=rule.key, officer=card.work_name, until_on=until_on)
    return exception


@transaction.atomic
def end_duty_exception(*, actor: OfficerCard, exception_id: UUID, version: int | None = None) -> DutyException:
    """End an exception before its day. Ending it twice changes nothing."""
    check_may(actor, MAY_SIGN)
    found = DutyException.objects.of_this_room().select_for_update().filter(pk=exception_id).first()
    if found is None:
        raise NotAllowed("This exception is not here.", code="not_found")
    if found.ended_at is not None:
        return found
    if version is not None and version != found.version:
        raise Stale
    found.ended_at, found.ended_by_name = timezone.now(), actor.work_name
    found.version += 1
    found.save(update_fields=["ended_at", "ended_by_name", "version"])
    record(actor, "workflow.duty_exception.ended", found, rule=found.rule_key)
    return found
