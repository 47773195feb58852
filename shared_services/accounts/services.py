"""What can happen to an officer of this room: join, change, take on and end roles, leave."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES
from shared_services.audit.changes import changes_between
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import Stale

from . import rules
from .grant_checks import check_grant
from .models import Account
from .sessions import end_sessions_of
from .single_sign_on import forget_links


@transaction.atomic
def create_officer(
    *,
    actor: OfficerCard | None,
    work_name: str,
    work_email: str,
    job_title: str,
    roles: list[str],
    password: str | None = None,
) -> OfficerCard:
    """Add an officer with card and account; without a password the officer is sent a link to choose one.

    Only an administrator may; a room's first administrator is added by provisioning, with no actor.
    """
    council = current_council()
    work_email = Account.objects.normalize(work_email)
    rules.check_may_manage_officers(actor)
    rules.check_roles_exist_here(roles, council)
    rules.check_email_is_free(work_email, council)
    if actor is not None:
        rules.check_email_is_the_councils(work_email, council)
        rules.check_roles_are_given_by_hand(roles)
    if roles and actor is not None:
        rules.check_may_manage_roles(actor)
        check_grant(actor, None, roles)

    card = OfficerCard(
        owner_id=council.number,
        work_name=work_name,
        work_email=work_email,
        job_title=job_title,
        roles=sorted(set(roles)),
    )
    card.save(force_insert=True)
    account = Account(email=work_email, card=card)
    if password is None:
        # A random password nobody knows, so that "forgotten password" works: allauth skips unusable ones.
        account.set_password(get_random_string(64))
    else:
        account.set_password(password)
    account.save(force_insert=True)
    # The administrator vouches for the address, so allauth need not ask the officer to confirm it.
    EmailAddress.objects.create(user=account, email=work_email, verified=True, primary=True)

    record(actor, "accounts.officer.added", card, roles=card.roles)
    if password is None:
        enqueue("accounts.send_invitation", account_id=account.pk)
    if card.roles:
        enqueue("workflow.refresh_candidates", card_id=card.pk)
    return card


@transaction.atomic
def change_officer(
    *, actor: OfficerCard, card_id, version: int, work_name: str, work_email: str, job_title: str
) -> OfficerCard:
    """Correct an officer's name, work email or job title.

    When the email changes the officer is signed out, tokens end, and the former address is told.
    """
    rules.check_may_manage_officers(actor)
    card = _lock(card_id)
    if card.version != version:
        raise Stale()
    work_email = Account.objects.normalize(work_email)
    before = {"work_name": card.work_name, "work_email": card.work_email, "job_title": card.job_title}
    after = {"work_name": work_name, "work_email": work_email, "job_title": job_title}
    if before == after:
        return card
    if work_email != card.work_email:
        rules.check_email_is_free(work_email, current_council(), but=card)
        rules.check_email_is_the_councils(work_email, current_council())
        account = Account.objects.get(card_id=card.pk)
        account.former_email, account.email_changed_at = account.email, timezone.now()
        account.email = work_email
        account.save(update_fields=["email", "former_email", "email_changed_at"])
        enqueue("accounts.tell_former_address", account_id=account.pk)
        EmailAddress.objects.filter(user_id=account.pk).delete()
        EmailAddress.objects.create(user=account, email=work_email, verified=True, primary=True)
        forget_links(user=account)
        end_sessions_of(account, with_tokens=True)

    for field, value in after.items():
        setattr(card, field, value)
    _save(card, *after)
    record(actor, "accounts.officer.changed", card, changes=changes_between(before, after))
    return card


@transaction.atomic
def deactivate_officer(*, actor: OfficerCard, card_id) -> OfficerCard:
    """End an officer's access at once: sessions, tokens and tasks. Doing it twice changes nothing."""
    rules.check_may_manage_officers(actor)
    card = _lock(card_id)
    if not card.active:
        return card
    rules.check_may_deactivate(actor, card)

    card.active = False
    _save(card, "active")
    account = Account.objects.filter(card_id=card.pk).first()
    if account is not None:
        account.is_active = False
        account.save(update_fields=["is_active"])
        forget_links(user=account)
        end_sessions_of(account, with_tokens=True)
    record(actor, "accounts.officer.deactivated", card, changes={"active": [True, False]})
    enqueue("workflow.refresh_candidates", card_id=card.pk)
    return card


@transaction.atomic
def reactivate_officer(*, actor: OfficerCard, card_id) -> OfficerCard:
    """Let a deactivated officer sign in again, with the roles held before."""
    rules.check_may_manage_officers(actor)
    card = _lock(card_id)
    if card.active:
        return card
    card.active = True
    _save(card, "active")
    Account.objects.filter(card_id=card.pk).update(is_active=True)
    record(actor, "accounts.officer.reactivated", card, roles=card.roles, changes={"active": [False, True]})
    enqueue("workflow.refresh_candidates", card_id=card.pk)
    return card


@transaction.atomic
def grant_role(*, actor: OfficerCard, card_id, role: str) -> OfficerCard:
    """Give an officer a role. Nobody may give one to himself; giving it twice changes nothing."""
    rules.check_may_manage_roles(actor)
    card = _lock(card_id)
    rules.check_may_change_roles_of(actor, card)
    rules.check_roles_exist_here([role], current_council())
    rules.check_roles_are_given_by_hand([role])
    if role in card.roles:
        return card
    before = {"roles": card.role_labels}
    check_grant(actor, card, {*card.roles, role})
    card.roles = sorted({*card.roles, role})
    _save(card, "roles")
    changes = changes_between(before, {"roles": card.role_labels})
    record(actor, "accounts.role.granted", card, role=role, label=ROLES[role].label, changes=changes)
    enqueue("workflow.refresh_candidates", card_id=card.pk)
    return card


@transaction.atomic
def end_role(*, actor: OfficerCard, card_id, role: str) -> OfficerCard:
    """Take a role back. The room's last administrator keeps that role; ending it twice changes nothing."""
    rules.check_may_manage_roles(actor)
    card = _lock(card_id)
    rules.check_may_change_roles_of(actor, card)
    if role not in card.roles:
        return card
    rules.check_an_administrator_remains(card, ending=role)
    before = {"roles": card.role_labels}
    card.roles = [held for held in card.roles if held != role]
    _save(card, "roles")
    record(actor, "accounts.role.ended", card, role=role, changes=changes_between(before, {"roles": card.role_labels}))
    enqueue("workflow.refresh_candidates", card_id=card.pk)
    return card


@transaction.atomic
def reset_second_factor(*, actor: OfficerCard, card_id) -> OfficerCard:
    """Remove an officer's authenticator app, passkeys and recovery codes after checking who is asking."""
    rules.check_may_reset_second_factor(actor)
    card = _lock(card_id)
    rules.check_not_oneself(actor, card, "reset your own second factor")
    account = Account.objects.get(card_id=card.pk)
    rules.check_email_is_settled(account)
    removed, _ = Authenticator.objects.filter(user_id=account.pk).delete()
    end_sessions_of(account, with_tokens=True)
    record(actor, "accounts.second_factor.reset", card, removed=removed)
    return card


@transaction.atomic
def sign_out_everywhere(*, actor: OfficerCard, keep_session: str | None = None, with_tokens: bool = False) -> int:
    """End the officer's other sessions, and on demand revoke the officer's API tokens."""
    account = Account.objects.get(card_id=actor.pk)
    ended = end_sessions_of(account, keep=keep_session, with_tokens=with_tokens)
    record(actor, "accounts.sessions.ended", actor, sessions=ended, tokens_revoked=with_tokens)
    return ended


def _lock(card_id) -> OfficerCard:
    """The officer's card of this room, held until the change is done; another room's officer is not found."""
    return OfficerCard.objects.select_for_update().get(pk=card_id, owner_id=current_council().number)


def _save(card: OfficerCard, *fields: str) -> None:
    card.version += 1
    card.save(update_fields=[*fields, "version"])
