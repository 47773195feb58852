"""Letting one person of the platform's team into the room that is open: for a time, reading only, watched."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.accounts.services import create_officer
from shared_services.accounts.sessions import end_sessions_of
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .. import rules
from ..models import AccessGrant, Operation

READER = "platform_reader"


def let_in(*, actor: OfficerCard, operation: Operation) -> AccessGrant:
    """Make the account and say how long. A step of the consent, in its transaction."""
    council, hours = current_council(), int(operation.details["hours"])
    rules.check_hours(hours)
    card = _card_for(operation.details["work_name"], operation.details["work_email"])
    now = timezone.now()
    grant = AccessGrant(
        owner_id=council.number, parts=[SHARED_SERVICE_NUMBER], operation_key=operation.pk, card=card,
        work_name=card.work_name, reason=operation.reason, opened_by_name=actor.work_name, opened_at=now,
        ends_at=now + timedelta(hours=hours),
    )  # fmt: skip
    grant.save(force_insert=True)
    record(actor, "operating.access.opened", grant, hours=hours, reason=operation.reason)
    enqueue("operating.end_access", after=timedelta(hours=hours), grant_id=grant.pk)
    return grant


def _card_for(work_name: str, work_email: str) -> OfficerCard:
    """A reader's account: new, or one of an earlier time with nothing left of how it was entered."""
    work_email = Account.objects.normalize(work_email)
    known = OfficerCard.objects.of_council(current_council().number).filter(work_email=work_email).first()
    if known is None:
        return create_officer(
            actor=None, work_name=work_name, work_email=work_email, job_title="Platform’s team", roles=[READER]
        )
    if known.roles != [READER]:
        raise NotAllowed(
            f"An officer of this council has the address {work_email}, whose own access would be lost. Refuse, and ask the"
            " platform’s team to ask under another name.",
            code="own_officer",
        )
    known.work_name, known.roles, known.active = work_name, [READER], True
    known.version += 1
    known.save(update_fields=["work_name", "roles", "active", "version"])
    account = Account.objects.get(card_id=known.pk)
    account.is_active = True
    account.set_password(get_random_string(64))
    account.save(update_fields=["is_active", "password"])
    Authenticator.objects.filter(user_id=account.pk).delete()
    end_sessions_of(account, with_tokens=True)
    enqueue("accounts.send_invitation", account_id=account.pk)
    return known


@transaction.atomic
def end_access(*, actor: OfficerCard | None, grant_id: UUID) -> AccessGrant:
    """End the access now: by a click of the council, or when its time is over. Doing it twice changes nothing."""
    if actor is not None:
        rules.check_may_answer(actor)
    grant = AccessGrant.objects.select_for_update(of=("self",)).get(pk=grant_id, owner_id=current_council().number)
    if grant.ended_at is not None:
        return grant
    grant.ended_at, grant.ended_by_name = timezone.now(), actor.work_name if actor else ""
    grant.save(update_fields=["ended_at", "ended_by_name"])
    record(actor, "operating.access.ended", grant)
    if not AccessGrant.objects.filter(owner_id=grant.owner_id, card_id=grant.card_id).open_at(timezone.now()).exists():
        OfficerCard.objects.filter(pk=grant.card_id, owner_id=grant.owner_id).update(active=False)
        account = Account.objects.filter(card_id=grant.card_id).first()
        if account is not None:
            account.is_active = False
            account.save(update_fields=["is_active"])
            end_sessions_of(account, with_tokens=True)
    return grant


def open_grant_of(card: OfficerCard) -> AccessGrant | None:
    return AccessGrant.objects.filter(owner_id=card.owner_id, card_id=card.pk).open_at(timezone.now()).first()
