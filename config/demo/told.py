"""What a demo council's officers were told lately. A year of notices would be noise, and nobody's mailbox is real."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from shared_services.messaging import registry
from shared_services.messaging.models import OutboxMessage
from shared_services.notices.choices import MailState
from shared_services.notices.models import Notice
from shared_services.tenancy import clock
from shared_services.tenancy.door import current_council

LATELY = timedelta(days=14)


def tell_the_latest() -> int:
    """Write the notices of the last two weeks, each at its own time, and no emails; gives how many events that was."""
    own = OutboxMessage.objects.open().filter(owner_id=current_council().number)
    tell = registry.task("workflow.tell_what_happened")
    told = own.filter(task=tell.name)
    now = timezone.now()
    latest = list(told.filter(created_at__gte=now - LATELY).order_by("created_at"))
    for message in latest:
        with clock.at(message.created_at):
            tell.function(**tell.arguments(message.arguments))
    told.update(done_at=now)
    own.filter(task="notices.send_mail").update(done_at=now)
    Notice.objects.filter(mail=MailState.WAITING).update(mail=MailState.NOT_WANTED)
    return len(latest)
