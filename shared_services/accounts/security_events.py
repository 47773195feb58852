"""What happens around signing in: recorded in the room, and told to the officer by mail."""

from __future__ import annotations

from typing import Any

from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue

from .models import Account


def record_failed_sign_in(email: str | None, *, address: str, **why: Any) -> None:
    """Record a wrong password, or a sign-in by the identity provider that was refused, for an account that exists.

    What was typed for no account is not kept.
    """
    account = Account.objects.filter(email=Account.objects.normalize(email)).first()
    if account is not None:
        record(None, "accounts.sign_in.failed", account, address=address, **why)


def ask_for_reset_mail(account: Account) -> None:
    """The link is made by the job that sends it, so that no secret waits in the outbox.

    An officer who has signed in before gets none for a day after an administrator changed the address.
    """
    if account.email_is_fresh and account.last_login is not None:
        record(None, "accounts.password_reset.held", account)
        return
    enqueue("accounts.send_password_reset", account_id=account.pk)


def announce(account: Account, event: str) -> None:
    """Record a change to how an officer signs in and tell the officer, so that a thief is noticed."""
    record(account.card, f"accounts.security.{event}", account)
    enqueue("accounts.send_security_notice", account_id=account.pk, event=event)
