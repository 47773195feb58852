"""Where allauth asks us: who may come in, what it says, and how mail leaves.

allauth imports this while apps are still loading, so what writes to the database is imported when it is called.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from shared_services.tenancy.door import current_council

from .seal import seal, unseal

if TYPE_CHECKING:
    from .models import Account


class RoomAccountAdapter(DefaultAccountAdapter):
    """Sign-in of one room. Officers are added by their administrator, so nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # One sentence for unknown address, wrong password and deactivated account: none can be told from another.
        "email_password_mismatch": "The email address or password is not correct",
        "account_inactive": "The email address or password is not correct",
        "too_many_login_attempts": "There were too many failed attempts. Wait 5 minutes, then try again",
        "enter_current_password": "Enter your current password: the one you entered is not correct",
        "incorrect_password": "The password is not correct",
        "incorrect_code": "The code is not correct. Enter the code that your app shows now",
        "invalid_password_reset": "This link has been used or is too old. Ask for a new one",
        "rate_limited": "There were too many requests. Wait a few minutes, then try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of this very host: allauth would also follow links to other councils' hosts."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """What protects the account asks for the password again, unless it was given in the last 15 minutes."""
        records = get_authentication_records(self.request, self.request.user)
        newest = max((record["at"] for record in records), default=0)
        return time.time() - newest >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ):
        if message_template in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            return None
        return super().add_message(request, level, message_template, *args, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The key is the room's, not the host's: two hosts of one room count together.
        return f"{current_council().key}:{(credentials.get('email') or '').strip().lower()}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        from .security_events import record_failed_sign_in

        record_failed_sign_in(credentials.get("email"), address=self.get_client_ip(request))

    def send_password_reset_mail(self, user: Account, email: str, context: dict[str, Any]) -> None:
        """The link is made by the job that sends it, so that no secret waits in the outbox."""
        from .security_events import ask_for_reset_mail

        ask_for_reset_mail(user)

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        from .security_events import announce

        announce(user, template_prefix.rpartition("/")[2])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every other mail of allauth belongs to sign-up or to changing the address oneself, which are closed."""


class RoomMFAAdapter(DefaultMFAAdapter):
    """Second factors. An officer always keeps one where the room asks for one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is not correct. Enter the code that your app shows now",
        "cannot_delete_authenticator": (
            "This is your only second factor and you need one to sign in. Add a passkey first, then remove this"
        ),
    }

    def get_totp_issuer(self) -> str:
        return current_council().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are bound to this room's host, so one made here is worth nothing next door."""
        return super().get_public_key_credential_rp_entity() | {"name": current_council().name}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not settings.SECOND_FACTOR_REQUIRED or authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        from .second_factor import second_factors_of

        return second_factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()

    def send_notification_mail(self, template_prefix: str, user: Account, *args: Any, **kwargs: Any) -> None:
        from .security_events import announce

        announce(user, template_prefix.rpartition("/")[2])

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
