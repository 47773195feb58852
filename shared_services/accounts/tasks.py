"""The queue's way in to accounts."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from shared_services.api.services import forget_old_answers
from shared_services.messaging.tasks import council_task

from . import mail
from .models import Account, SignOnQuestion
from .seal import seal_anew


@council_task
def send_invitation(account_id: str) -> None:
    """Send a new officer the link to choose a password. Sent twice, the officer has two mails and one link works."""
    account = _active(account_id)
    if account is not None and account.last_login is None:
        mail.send_invitation(account)


@council_task
def send_password_reset(account_id: str) -> None:
    account = _active(account_id)
    if account is not None:
        mail.send_password_reset(account)


@council_task
def tell_former_address(account_id: str) -> None:
    """Tell an officer at the former address that it was changed: whoever changed it reads only the new one."""
    account = _active(account_id)
    if account is not None and account.former_email:
        mail.tell_former_address(account)


@council_task
def send_security_notice(account_id: str, event: str) -> None:
    """Tell the officer that something about signing in was changed, so that a thief is noticed."""
    account = _active(account_id)
    if account is not None:
        mail.send_security_notice(account, event)


@council_task
def forget_what_expired() -> None:
    """Nightly: delete expired sessions, sign-ins and stored API answers; renew seals while an earlier secret is in use.

    Safe to run twice.
    """
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SignOnQuestion.objects.filter(asked_at__lt=now - timedelta(days=1)).delete()
    forget_old_answers()
    if settings.SECRET_KEY_FALLBACKS:
        seal_anew()


def _active(account_id: str) -> Account | None:
    return Account.objects.with_card().filter(pk=account_id, is_active=True).first()
