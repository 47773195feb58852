"""The mails of an account: plain text, one purpose each, sent by the worker."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from shared_services.tenancy.door import current_council

from .addresses import absolute_address
from .models import Account

SECURITY_EVENTS = {
    "password_changed": "Your password was changed",
    "password_reset": "Your password was reset",
    "password_set": "Your password was set",
    "totp_activated": "An authenticator app was added",
    "totp_deactivated": "Your authenticator app was removed",
    "webauthn_added": "A passkey was added",
    "webauthn_removed": "A passkey was removed",
    "recovery_codes_generated": "New recovery codes were made",
}


def password_link(account: Account) -> str:
    """A link to choose a password: works once, and for three days."""
    uid, key = user_pk_to_url_str(account), default_token_generator.make_token(account)
    return absolute_address(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key}))


def send_invitation(account: Account) -> None:
    _send(account, "Choose your password", "emails/accounts/invitation.txt", link=password_link(account))


def send_password_reset(account: Account) -> None:
    _send(account, "Reset your password", "emails/accounts/password_reset.txt", link=password_link(account))


def send_security_notice(account: Account, event: str) -> None:
    what = SECURITY_EVENTS.get(event, "Your sign-in details were changed")
    sessions = absolute_address(reverse("usersessions_list"))
    _send(account, what, "emails/accounts/security_notice.txt", what=what, link=sessions)


def tell_former_address(account: Account) -> None:
    subject = "Your work email address was changed"
    _send(account, subject, "emails/accounts/email_changed.txt", to=account.former_email, email=account.email)


def _send(account: Account, subject: str, template: str, *, to: str = "", **context: str) -> None:
    council = current_council()
    text = render_to_string(template, {"officer": account.card, "council": council, **context})
    send_mail(f"{council.short_name}: {subject}", text, settings.DEFAULT_FROM_EMAIL, [to or account.email])
