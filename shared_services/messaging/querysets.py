"""Which jobs are open, due or given up."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from .models import OutboxMessage


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    """Jobs as the relay, the worker and the operator ask for them."""

    def open(self) -> Self:
        return self.filter(done_at__isnull=True, gave_up_at__isnull=True)

    def given_up(self) -> Self:
        return self.filter(gave_up_at__isnull=False)

    def done_before(self, instant: datetime) -> Self:
        return self.filter(done_at__lt=instant)

    def take(self, *, message_id: Any, council_number: int) -> OutboxMessage | None:
        """Lock an open job of one council, or None when it is done, given up or being done by another worker."""
        return (
            self.open()
            .filter(pk=message_id, owner_id=council_number)
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )

    def send_again_now(self) -> int:
        """Make everything that was sent and is not done due at once: the broker may have lost it."""
        return self.open().filter(sent_at__isnull=False, due_at__gt=timezone.now()).update(due_at=timezone.now())
