"""Telling officers that something waits for them or names them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from shared_services.messaging.outbox import enqueue

NOTICES = "messaging.notify"


def tell(cards: Iterable[UUID | None], kind: str, *, case_id: UUID, task_id: UUID | None = None) -> None:
    """Promise a notice to each officer. Keys only: what it says is read in the officer's own room."""
    for card_id in sorted({card for card in cards if card is not None}):
        enqueue(NOTICES, card_id=card_id, kind=kind, case_id=case_id, task_id=task_id)
