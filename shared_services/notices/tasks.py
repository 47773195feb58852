"""The queue's way in to notices."""

from __future__ import annotations

from uuid import UUID

from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.registry import NOTICES
from shared_services.messaging.tasks import council_task
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import mail, services
from .choices import MailState
from .models import Notice

TRIES = 36
"""A mail server that is away for a night loses nothing: pauses grow to an hour, so this is about a day."""


@council_task(name=services.NOTIFY, queue=NOTICES)
def notify(card_id: UUID, kind: str, case_id: UUID | None = None, task_id: UUID | None = None) -> None:
    """Tell one officer that something waits or has happened.

    The shared service may name an officer of a council, who is told in that council's room. A council tells its own
    officers only: another's card gets nothing here.
    """
    here = current_council().number
    if here == SHARED_SERVICE_NUMBER:
        home = OfficerCard.objects.filter(pk=card_id).values_list("owner_id", flat=True).first()
        if home is not None and home != here:
            enqueue(services.NOTIFY, council=home, card_id=card_id, kind=kind, case_id=case_id, task_id=task_id)
            return
    services.notify(cards=[card_id], kind=kind, case_id=case_id, task_id=task_id)


@council_task(queue=NOTICES, max_attempts=TRIES)
def send_mail(card_id: UUID, notice_id: UUID) -> None:
    """Send an officer one email about everything that waits to be mailed. What an earlier job took is not sent twice."""
    _send(card_id, MailState.WAITING, key=notice_id)


@council_task(queue=NOTICES)
def send_digests() -> None:
    """Each morning: promise one email to every officer who asked for one a day and has something unread."""
    waiting = Notice.objects.to_mail(MailState.FOR_DIGEST).order_by().values_list("card_id", flat=True).distinct()
    for card_id in waiting:
        enqueue("notices.send_digest", card_id=card_id)


@council_task(queue=NOTICES, max_attempts=TRIES)
def send_digest(card_id: UUID) -> None:
    """Send an officer the daily email. A second one on the same day finds nothing left to say."""
    _send(card_id, MailState.FOR_DIGEST)


@council_task(queue=NOTICES)
def forget_old() -> None:
    """Nightly: delete notices that were read long ago. Safe to run twice."""
    services.forget_old()


def _send(card_id: UUID, state: MailState, *, key: UUID | None = None) -> None:
    notices = Notice.objects.take_to_mail(card_id=card_id, state=state)
    account = Account.objects.filter(card_id=card_id, is_active=True).first()
    if not notices or account is None:
        return
    services.mark_mailed(notices)
    mail.send(account, notices, key=key or notices[0].pk, daily=state == MailState.FOR_DIGEST)
