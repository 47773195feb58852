"""Naming a deputy: asked, accepted or declined, ended. Deciding for somebody is standing.py's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may, may
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .choices import DeputyStatus
from .models import Deputy

MAY_MANAGE = "workflow.manage_deputies"
MAY_SIGN = "workflow.sign_authority"
LONGEST_DAYS = 366
ASKED, ANSWERED, ENDED = "asked", "answered", "ended"
"""What officers are told of a deputyship."""


@transaction.atomic
def name_deputy(
    *,
    actor: OfficerCard,
    principal_id: UUID,
    deputy_id: UUID,
    from_on: date,
    to_on: date,
    decision_types: Collection[str] = (),
    roles: Collection[str] = (),
    cost_centres: Collection[str] = (),
    max_amount: Decimal | None = None,
    for_absence: bool = False,
) -> Deputy:
    """Ask an officer to stand in for another; nothing changes until he accepts.

    For oneself, or for others with the permission; `for_absence` is the approver of the officer's leave, whom the
    caller has checked. Asking for the same again gives the first. Raises NotAllowed for a loop: nobody stands in,
    directly or through others, for his own deputy in the same days. Nobody names himself for another.
    """
    if actor.pk != principal_id and not for_absence:
        check_may(actor, MAY_MANAGE)
    _check_days(from_on, to_on)
    principal, deputy = _officer(principal_id), _officer(deputy_id)
    if principal.pk == deputy.pk:
        raise NotAllowed("An officer cannot be his own deputy. Choose somebody else.")
    if actor.pk == deputy.pk:
        raise NotAllowed(
            "You cannot name yourself as another officer’s deputy. Choose somebody else, or ask that officer to name you."
        )
    _one_at_a_time()
    scope: dict[str, Any] = {
        "decision_types": sorted(set(decision_types)),
        "roles": sorted(set(roles)),
        "cost_centres": sorted({centre.strip() for centre in cost_centres if centre.strip()}),
        "max_amount": max_amount,
    }
    same = Deputy.objects.of_this_room().live(on=timezone.localdate())
    known = same.filter(principal=principal, deputy=deputy, from_on=from_on, to_on=to_on, **scope).first()
    if known is not None:
        return known
    _check_no_loop(principal.pk, deputy, from_on, to_on)
    found = Deputy(
        owner_id=current_council().number, principal=principal, principal_name=principal.work_name,
        deputy=deputy, deputy_name=deputy.work_name, from_on=from_on, to_on=to_on, **scope,
        named_by=actor, named_by_name=actor.work_name, named_at=timezone.now(),
    )  # fmt: skip
    found.save(force_insert=True)
    record(
        actor, "workflow.deputy.named", found, principal=principal.work_name, deputy=deputy.work_name,
        from_on=from_on, to_on=to_on, **scope,
    )  # fmt: skip
    _tell(found, ASKED)
    return found


@transaction.atomic
def accept_deputyship(*, actor: OfficerCard, deputy_id: UUID, version: int | None = None) -> Deputy:
    """Agree to stand in; only the deputy himself can. His inbox follows at once. Accepting twice changes nothing."""
    _one_at_a_time()
    found = _locked(deputy_id)
    if found.status == DeputyStatus.ACCEPTED and found.deputy_id == actor.pk:
        return found
    _check_asked(actor, found)
    _check_version(found, version)
    _check_no_loop(found.principal_id, actor, found.from_on, found.to_on, besides=found.pk)
    found.status, found.accepted_at = DeputyStatus.ACCEPTED, timezone.now()
    _save(found, "status", "accepted_at")
    record(actor, "workflow.deputy.accepted", found, principal=found.principal_name)
    _refresh_inboxes()
    _tell(found, ANSWERED)
    return found


@transaction.atomic
def decline_deputyship(*, actor: OfficerCard, deputy_id: UUID, version: int | None = None) -> Deputy:
    """Refuse to stand in; only the deputy himself can. Declining twice changes nothing."""
    found = _locked(deputy_id)
    if found.status == DeputyStatus.DECLINED and found.deputy_id == actor.pk:
        return found
    _check_asked(actor, found)
    _check_version(found, version)
    _close(actor, found, DeputyStatus.DECLINED)
    record(actor, "workflow.deputy.declined", found, principal=found.principal_name)
    _tell(found, ANSWERED)
    return found


@transaction.atomic
def end_deputyship(*, actor: OfficerCard, deputy_id: UUID, version: int | None = None) -> Deputy:
    """End it at once: either of the two officers, whoever named the deputy, or who manages deputies. Twice changes nothing."""
    found = _locked(deputy_id)
    if actor.pk not in (found.principal_id, found.deputy_id, found.named_by_id):
        check_may(actor, MAY_MANAGE)
    if found.status == DeputyStatus.ENDED:
        return found
    if not found.is_live:
        raise NotAllowed(f"{found} is over already. Nothing was changed by you.")
    _check_version(found, version)
    _close(actor, found, DeputyStatus.ENDED)
    record(actor, "workflow.deputy.ended", found, principal=found.principal_name, deputy=found.deputy_name)
    _refresh_inboxes()
    _tell(found, ENDED)
    return found


@transaction.atomic
def sign_higher_limit(*, actor: OfficerCard, deputy_id: UUID, amount: Decimal, version: int | None = None) -> Deputy:
    """Let a deputy decide up to an amount beyond his own limit. Neither of the two officers signs it himself."""
    check_may(actor, MAY_SIGN)
    found = _locked(deputy_id)
    if actor.pk in (found.principal_id, found.deputy_id):
        raise NotAllowed("You cannot sign a higher limit for yourself or your own deputy. Another officer must.")
    if not found.is_live:
        raise NotAllowed(f"{found} is over already. Nothing was changed by you.")
    if found.signed_cap_amount == amount:
        return found
    _check_version(found, version)
    if amount <= 0:
        raise NotAllowed("Enter an amount above 0.")
    found.signed_cap_amount, found.signed_by_name, found.signed_at = amount, actor.work_name, timezone.now()
    _save(found, "signed_cap_amount", "signed_by_name", "signed_at")
    record(actor, "workflow.deputy.higher_limit_signed", found, amount=amount)
    _refresh_inboxes()
    return found


def covered_days(card_id: UUID, first: date, last: date) -> Deputy | None:
    """A live deputyship, asked or accepted, that takes in all of some days of an officer's; None for none."""
    live = Deputy.objects.of_this_room().live(on=timezone.localdate())
    return (
        live.filter(principal_id=card_id, from_on__lte=first, to_on__gte=last).order_by("-status", "named_at").first()
    )


def _check_days(from_on: date, to_on: date) -> None:
    today = timezone.localdate()
    if to_on < from_on:
        raise NotAllowed("The last day must be the first day or later.")
    if to_on < today:
        raise NotAllowed("These days are over. Choose days from today on.")
    if (to_on - max(from_on, today)).days > LONGEST_DAYS:
        raise NotAllowed("Name a deputy for a year at most; name him again when it ends.")


def _check_no_loop(
    principal_id: UUID, deputy: OfficerCard, from_on: date, to_on: date, *, besides: UUID | None = None
) -> None:
    """Refuse when the officer stands in for his deputy in the same days, directly or through others."""
    live = Deputy.objects.of_this_room().live(on=timezone.localdate()).overlapping(from_on, to_on)
    stands_for: dict[UUID, set[UUID]] = {}
    for key, whom, who in live.values_list("pk", "principal_id", "deputy_id"):
        if key != besides:
            stands_for.setdefault(whom, set()).add(who)
    reached, queue = {deputy.pk}, [deputy.pk]
    while queue:
        for further in stands_for.get(queue.pop(), set()) - reached:
            reached.add(further)
            queue.append(further)
    if principal_id in reached:
        raise NotAllowed(
            f"This would go round in a circle: in these days {deputy.work_name} is stood in for, directly or through "
            "others, by the same officer. Choose another deputy or other days."
        )


def _one_at_a_time() -> None:
    """Two halves of a circle, named or accepted at once, must see each other: the room's deputies change in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, current_council().number])


_LOCK = 730_103


def _officer(card_id: UUID) -> OfficerCard:
    found = OfficerCard.objects.of_council(current_council().number).active().filter(pk=card_id).first()
    if found is None:
        raise NotAllowed("Choose an active officer of this council.")
    return found


def _locked(deputy_id: UUID) -> Deputy:
    found = Deputy.objects.of_this_room().select_for_update().filter(pk=deputy_id).first()
    if found is None:
        raise NotAllowed("This deputyship is not here.", code="not_found")
    return found


def _check_asked(actor: OfficerCard, found: Deputy) -> None:
    if found.deputy_id != actor.pk:
        raise NotAllowed(f"Only {found.deputy_name}, who was asked, can answer this.", code="not_yours")
    if found.status != DeputyStatus.ASKED or not found.is_live:
        raise NotAllowed(f"This is {found.get_status_display().lower()} or over. Nothing was changed by you.")


def _check_version(found: Deputy, version: int | None) -> None:
    if version is not None and version != found.version:
        raise Stale


def _close(actor: OfficerCard, found: Deputy, status: DeputyStatus) -> None:
    found.status, found.closed_by_name, found.closed_at = status, actor.work_name, timezone.now()
    _save(found, "status", "closed_by_name", "closed_at")


def _save(found: Deputy, *fields: str) -> None:
    found.version += 1
    found.save(update_fields=[*fields, "version"])


def _tell(found: Deputy, event: str) -> None:
    enqueue("workflow.tell_about_deputyship", deputy_id=found.pk, event=event)


def _refresh_inboxes() -> None:
    enqueue("workflow.refresh_candidates")


def may_see(actor: OfficerCard, found: Deputy) -> bool:
    """The officers concerned, and who manages deputies or signs for them."""
    concerned = {found.principal_id, found.deputy_id, found.named_by_id}
    return actor.pk in concerned or may(actor, MAY_MANAGE) or may(actor, MAY_SIGN)
