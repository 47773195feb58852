"""Links in mails: made, mailed, opened once, expired."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from ..choices import Purpose
from ..models import Application, Link, NamedOfficer

LIFETIMES = {
    Purpose.CONFIRM: timedelta(hours=24),
    Purpose.RETURN: timedelta(hours=2),
    Purpose.SIGN: timedelta(days=14),
}
MOST_AN_HOUR = 5
"""Links to one mailbox: nobody's mailbox is filled by somebody who types its address."""
SECRET_BYTES = 32


class LinkIsDead(NotAllowed):
    """A link that opens nothing any more. `link` is known when another can be sent to the same mailbox."""

    def __init__(self, message: str, link: Link | None = None) -> None:
        super().__init__(message, code="link")
        self.link = link


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_link(
    *, application: Application, purpose: str, work_name: str, work_email: str, role: str = ""
) -> Link | None:
    """Have a link mailed. Earlier ones for the same purpose and person open nothing from now on.

    Gives None, and sends nothing, when the mailbox has had five in the last hour.
    """
    now = timezone.now()
    lately = Link.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, work_email=work_email, made_at__gt=now - timedelta(hours=1)
    )
    if lately.count() >= MOST_AN_HOUR:
        return None
    Link.objects.usable().filter(
        application=application, purpose=purpose, role=role, work_email=work_email
    ).update(expires_at=now)  # fmt: skip
    link = Link(
        owner_id=SHARED_SERVICE_NUMBER, application=application, purpose=purpose, role=role, work_name=work_name,
        work_email=work_email, expires_at=now + LIFETIMES[Purpose(purpose)],
    )  # fmt: skip
    link.save(force_insert=True)
    enqueue("joining.send_link", once=f"joining.link:{link.pk}", link_id=link.pk)
    return link


def write_secret(link: Link) -> str:
    """A new secret for a link that is about to be mailed: it stands in the mail and nowhere else."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link.digest, link.sent_at = digest_of(secret), timezone.now()
    link.save(update_fields=["digest", "sent_at"])
    return secret


def find_link(secret: str, *, lock: bool = False) -> Link:
    """The link that a secret opens. Raises LinkIsDead when it is unknown, used or too old."""
    links = Link.objects.filter(owner_id=SHARED_SERVICE_NUMBER, digest=digest_of(secret)).select_related(
        "application__registered"
    )
    link = (links.select_for_update(of=("self",)) if lock else links).first()
    if link is None:
        raise LinkIsDead(
            "This link does not work. Check that the whole address was copied, or ask for a new link. "
            "When a link is sent again, the earlier one stops working."
        )
    if link.used_at is not None:
        raise LinkIsDead("This link has been used. Each link works once.", link)
    if link.expires_at <= timezone.now():
        raise LinkIsDead("This link is too old.", link)
    return link


def use_link(secret: str, *, purposes: tuple[str, ...]) -> Link:
    """Find a link and use it up, in the caller's transaction: a second use waits, then finds it used."""
    link = find_link(secret, lock=True)
    if link.purpose not in purposes:
        raise LinkIsDead("This link is for something else.")
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link


def is_for_its_officer(link: Link) -> bool:
    """Whether a link to sign went to the officer who holds its role now; every other link is its mailbox's own."""
    if link.purpose != Purpose.SIGN:
        return True
    officers = NamedOfficer.objects.filter(owner_id=SHARED_SERVICE_NUMBER, application_id=link.application_id)
    return officers.filter(role=link.role, work_email=link.work_email).exists()


@transaction.atomic
def send_again(*, secret: str) -> None:
    """Mail a new link to the mailbox that a dead one was sent to, and to no other.

    An officer who was replaced in his role is sent none.
    """
    link = (
        Link.objects.filter(owner_id=SHARED_SERVICE_NUMBER, digest=digest_of(secret))
        .select_related("application")
        .first()
    )
    if link is not None and is_for_its_officer(link):
        purpose = Purpose.RETURN if link.purpose == Purpose.CONFIRM and link.used_at else link.purpose
        make_link(
            application=link.application, purpose=purpose, role=link.role, work_name=link.work_name,
            work_email=link.work_email,
        )  # fmt: skip
