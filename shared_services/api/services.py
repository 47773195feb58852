"""Making and revoking API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed

from .models import ApiToken, StoredAnswer
from .scopes import check_scopes
from .secrets import SHOWN, hashed, new_secret

LONGEST_DAYS = 365
ANSWERS_KEPT = timedelta(hours=24)


@transaction.atomic
def create_token(*, actor: OfficerCard, account: Any, name: str, scopes: list[str], days: int) -> tuple[ApiToken, str]:
    """Make a token for the officer's own account; the secret is returned once and kept only as a hash."""
    if account.card_id != actor.pk:
        raise NotAllowed("You can make tokens only for your own account.")
    if not 1 <= days <= LONGEST_DAYS:
        raise NotAllowed(f"A token must expire in 1 to {LONGEST_DAYS} days.")
    check_scopes(actor, scopes)

    secret = new_secret()
    token = ApiToken(
        account=account,
        name=name,
        prefix=secret[:SHOWN],
        secret_hash=hashed(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    token.save(force_insert=True)
    record(actor, "api.token.created", token, scopes=token.scopes, expires_at=token.expires_at)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: OfficerCard, token: ApiToken) -> ApiToken:
    """Stop a token at once. Revoking it twice changes nothing."""
    if token.account.card_id != actor.pk:
        raise NotAllowed("You can revoke only your own tokens.")
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(actor, "api.token.revoked", token)
    token.refresh_from_db()
    return token


def revoke_tokens_of(account: Any) -> int:
    """Stop every token of an account: part of signing out everywhere and of deactivation, which record it."""
    return ApiToken.objects.usable().filter(account_id=account.pk).update(revoked_at=timezone.now())


def forget_old_answers() -> int:
    """Delete answers kept for repeated requests once nobody repeats them. May run twice."""
    deleted, _ = StoredAnswer.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()
    return deleted
