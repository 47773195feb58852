"""The queue's way in to webhooks."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from shared_services.messaging.registry import BULK, WEBHOOKS
from shared_services.messaging.tasks import council_task

from . import delivering, services


@council_task(queue=WEBHOOKS, call=delivering.call_receiver, afterwards=delivering.write_down)
def deliver(delivery_id: UUID, tries: int) -> delivering.Message | None:
    """Call a receiver once. Asked for a second time it finds the attempt made and does nothing."""
    return delivering.prepare(delivery_id=delivery_id, tries=tries)


@council_task(queue=BULK)
def tidy() -> None:
    """Nightly: forget old deliveries and former secrets; renew seals while an earlier secret is in use."""
    delivering.forget_old()
    services.tidy_secrets(seal_anew=bool(settings.SECRET_KEY_FALLBACKS))
