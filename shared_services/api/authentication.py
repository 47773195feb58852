"""Who calls the API: a token's officer, or the officer signed in to this browser."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from .finding import find_token
from .models import ApiToken
from .secrets import MARK, hashed

REFUSED = "The token is not valid: it is unknown here, expired or revoked."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer guildhall_...`: token, account and card come in one query.

    Tokens live in their room's schema, so one of another council is simply unknown.
    """

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        secret = secret.strip()
        if not secret.startswith(MARK):
            raise AuthenticationFailed(REFUSED)
        token = find_token(hashed(secret))
        if token is None or not token.account.is_active or not token.account.card.active:
            raise AuthenticationFailed(REFUSED)
        today = timezone.localdate()
        if token.last_used_on != today:
            # Only the day is kept, so a busy token costs one write a day.
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.account, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class BrowserAuthentication(SessionAuthentication):
    """The signed-in browser, with Django's own check against forged requests on every change."""

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
