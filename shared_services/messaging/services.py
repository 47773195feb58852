"""Asking again for work that was given up."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .models import OutboxMessage
from .outbox import CHANNEL

MAY_RETRY = "messaging.retry_work"


@transaction.atomic
def retry_work(*, actor: OfficerCard, message_id: UUID) -> None:
    """Try a job again that was given up, from its first attempt on.

    Refused for one that is open or done, and where the same job has been promised anew in the meantime.
    """
    check_may(actor, MAY_RETRY)
    own = OutboxMessage.objects.filter(owner_id=current_council().number)
    message = own.given_up().select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None:
        raise NotAllowed("This is being tried again already, or is done.")
    if message.once_key and own.open().filter(once_key=message.once_key).exists():
        raise NotAllowed("The same work has been asked for again in the meantime. It does not need to be tried twice.")
    own.filter(pk=message.pk).update(gave_up_at=None, attempts=0, sent_at=None, sent_count=0, due_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    record(actor, "messaging.work.retried", message, task=message.task)
