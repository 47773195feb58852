"""Which second factors count, asked of allauth in one place."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from .models import Account

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes are a spare key, not a second factor of their own."""


def second_factors_of(account: Account) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user_id=account.pk, type__in=STRONG)


def has_second_factor(account: Account) -> bool:
    return second_factors_of(account).exists()
