"""Which second factors count, asked of allauth in one place."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from .models import Account

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes are a spare key, not a second factor of their own."""
NAMES = {
    Authenticator.Type.TOTP: "Authenticator app",
    Authenticator.Type.WEBAUTHN: "Passkey",
    Authenticator.Type.RECOVERY_CODES: "Recovery codes",
}


def second_factors_of(account: Account) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user_id=account.pk, type__in=STRONG)


def has_second_factor(account: Account) -> bool:
    return second_factors_of(account).exists()


def factors_shown(account: Account) -> list[str]:
    """What an officer has set up, in words."""
    factors = Authenticator.objects.filter(user_id=account.pk).order_by("type", "created_at")
    return [
        f"Passkey “{factor}”" if factor.type == Authenticator.Type.WEBAUTHN else NAMES[factor.type]
        for factor in factors
    ]
