"""Sign-ins and sign-outs go into the room's record."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_reset
from allauth.mfa.signals import authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from shared_services.audit.services import record

from .middleware import SECOND_FACTOR_SEEN
from .sessions import end_sessions_of


@receiver(user_logged_in, dispatch_uid="accounts_record_sign_in")
def record_sign_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    record(user.card, "accounts.signed_in", user)


@receiver(user_logged_out, dispatch_uid="accounts_record_sign_out")
def record_sign_out(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        record(user.card, "accounts.signed_out", user)


@receiver(password_reset, dispatch_uid="accounts_end_access_of_old_password")
def end_access_of_old_password(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """Whoever knew the old password keeps nothing that it opened."""
    end_sessions_of(user, with_tokens=True)


@receiver(authenticator_removed, dispatch_uid="accounts_ask_again_for_second_factor")
def ask_again_for_second_factor(sender: Any, request: Any, **kwargs: Any) -> None:
    request.session.pop(SECOND_FACTOR_SEEN, None)
