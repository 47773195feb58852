"""The queue's way in to exit packs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared_services.messaging import registry
from shared_services.messaging.running import cause_of
from shared_services.messaging.tasks import council_task

from . import second_officer, services


def give_up(*, error: Exception, final: bool, pack_id: UUID) -> None:
    """Say on the page that the pack could not be written."""
    if final:
        services.give_up(pack_id=pack_id, cause=cause_of(error))


def as_one_look(*, pack_id: UUID) -> list[dict[str, Any]]:
    """The pack alone, so that its transaction begins with the work and can be one look at the room."""
    return [{"pack_id": pack_id}]


@council_task(queue=registry.BULK, pieces=as_one_look, when_it_fails=give_up)
def write_pack(pack_id: UUID) -> None:
    """Write an exit pack that was asked for. Safe to run twice."""
    services.write_asked_pack(pack_id=pack_id)


@council_task
def tell_who_may_agree(pack_id: UUID) -> None:
    """Tell who can be the second officer that a pack was asked for. Sent twice, it is done twice."""
    second_officer.tell_who_may_agree(pack_id=pack_id)


@council_task
def settle_notices(pack_id: UUID) -> None:
    """Settle what officers were asked about a pack, and tell its asker of the answer. Sent twice, it is done twice."""
    second_officer.settle_notices(pack_id=pack_id)


@council_task(queue=registry.BULK)
def tidy_packs() -> None:
    """Delete exit packs whose time is over, and end what nobody answered. Safe to run twice."""
    services.tidy_packs()
