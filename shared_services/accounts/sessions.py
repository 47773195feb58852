"""An account's signed-in browsers: ending them ends access at the next click."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from shared_services.api.services import revoke_tokens_of

from .models import Account


def end_sessions_of(account: Account, *, keep: str | None = None, with_tokens: bool = False) -> int:
    """End every session but the one to keep; with_tokens also revokes the API tokens. May run twice."""
    ended = 0
    for session in UserSession.objects.filter(user_id=account.pk).exclude(session_key=keep or ""):
        session.end()
        ended += 1
    if with_tokens:
        revoke_tokens_of(account)
    return ended
