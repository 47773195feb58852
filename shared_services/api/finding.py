"""Finding a token with its account and card: asked with every request."""

from __future__ import annotations

from django.utils import timezone

from shared_services.tenancy.statements import JoinedRows

from .models import ApiToken

USABLE = JoinedRows(
    "api.ApiToken", "account", "card", where="t0.secret_hash = %s AND t0.revoked_at IS NULL AND t0.expires_at > %s"
)


def find_token(secret_hash: str) -> ApiToken | None:
    """The usable token with this hash, its account and the officer's card, in one query; None when there is none."""
    token: ApiToken | None = USABLE.find(secret_hash, timezone.now())
    return token
