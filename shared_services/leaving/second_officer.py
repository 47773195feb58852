"""Taking everything away takes two officers: one asks for an exit pack, a second one of the council agrees (ADR 0069)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may, may
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.notices.services import close_page, notify
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .choices import PackStatus
from .models import ExitPack

MAY_TAKE = "leaving.take_pack"
MAY_AGREE = "leaving.agree_to_pack"
ADMINISTRATOR = "council_administrator"
NOBODY_ELSE = (
    "No other officer of your council can agree to an exit pack. Give a colleague the role Section 151 officer or "
    "Council administrator, then ask again. If there is no such colleague, the platform’s team can write the pack "
    "from its command line (export_council) when your council asks for it in writing."
)
NOBODY_ELSE_WHEN_CLOSED = (
    "Your council’s portal is closed, and no other administrator is left who could agree to an exit pack. Give a "
    "colleague the role Council administrator, then ask again. If there is no such colleague, the platform’s team can "
    "write the pack from its command line (export_council) when your council asks for it in writing."
)


def others_who_may_agree(actor: OfficerCard) -> list[OfficerCard]:
    """Who can be the second officer when this one asks; of a closed room only those who can still come in."""
    here = current_council()
    own = OfficerCard.objects.of_council(here.number).active().exclude(pk=actor.pk).order_by("work_name")
    return [card for card in own if may(card, MAY_AGREE) and (not here.is_closed or ADMINISTRATOR in card.roles)]


def check_somebody_can_agree(actor: OfficerCard) -> None:
    """Raises NotAllowed, with what to do, when the council has no second officer for this."""
    if not others_who_may_agree(actor):
        raise NotAllowed(nobody_else(), code="second_officer")


def nobody_else() -> str:
    return NOBODY_ELSE_WHEN_CLOSED if current_council().is_closed else NOBODY_ELSE


@transaction.atomic
def agree_to_pack(*, actor: OfficerCard, pack_id: UUID) -> ExitPack:
    """Agree that the pack is written; who may agree and did not ask. Said twice by one officer it is said once."""
    pack = _lock(actor, pack_id)
    if pack.answered_by_id == actor.pk and pack.status not in (PackStatus.ASKED, PackStatus.REFUSED):
        return pack
    _check_waits(actor, pack)
    _answer(actor, pack, PackStatus.WRITING)
    record(actor, "leaving.pack.agreed", pack, asked_by=pack.asked_by_name)
    enqueue("leaving.write_pack", pack_id=pack.pk)
    return pack


@transaction.atomic
def refuse_pack(*, actor: OfficerCard, pack_id: UUID, reason: str) -> ExitPack:
    """Refuse the pack, with the reason that its asker reads; who may agree and did not ask."""
    pack = _lock(actor, pack_id)
    if pack.answered_by_id == actor.pk and pack.status == PackStatus.REFUSED:
        return pack
    _check_waits(actor, pack)
    if not reason.strip():
        raise NotAllowed(f"Enter the reason: {pack.asked_by_name} reads it.", code="reason")
    pack.reason = reason.strip()
    _answer(actor, pack, PackStatus.REFUSED)
    record(actor, "leaving.pack.refused", pack, asked_by=pack.asked_by_name, reason=pack.reason)
    return pack


@transaction.atomic
def withdraw_pack(*, actor: OfficerCard, pack_id: UUID) -> ExitPack:
    """Take back what one has asked for oneself and nobody has answered. Twice does nothing more."""
    pack = _lock(actor, pack_id, MAY_TAKE)
    if pack.status == PackStatus.WITHDRAWN:
        return pack
    if pack.asked_by_id != actor.pk:
        raise NotAllowed(f"{pack.asked_by_name} asked for this pack. You can refuse it.", code="asker")
    if pack.status != PackStatus.ASKED:
        raise NotAllowed("This pack was answered already. Delete its file if nobody needs it.", code="state")
    pack.status = PackStatus.WITHDRAWN
    pack.save(update_fields=["status"])
    record(actor, "leaving.pack.withdrawn", pack)
    enqueue("leaving.settle_notices", pack_id=pack.pk)
    return pack


@transaction.atomic
def let_lapse() -> None:
    """End what nobody answered in seven days. Safe to run twice."""
    for pack in ExitPack.objects.select_for_update().filter(status=PackStatus.ASKED):
        if not pack.is_waiting:
            pack.status = PackStatus.LAPSED
            pack.save(update_fields=["status"])
            record(None, "leaving.pack.lapsed", pack, asked_by=pack.asked_by_name)
            enqueue("leaving.settle_notices", pack_id=pack.pk)


@transaction.atomic
def tell_who_may_agree(*, pack_id: UUID) -> None:
    """Tell everybody who can be the second officer, while the pack waits. Part of a job."""
    # Locked, so that whoever answers meanwhile settles these notices and not only earlier ones.
    pack = ExitPack.objects.select_for_update().get(pk=pack_id)
    if pack.status == PackStatus.ASKED:
        cards = [card.pk for card in others_who_may_agree(OfficerCard(pk=pack.asked_by_id))]
        notify(cards=cards, kind="pack_asked", url=_address(pack), title=f"Asked for by {pack.asked_by_name}")


@transaction.atomic
def settle_notices(*, pack_id: UUID) -> None:
    """Nobody is asked any longer; the asker is told of an answer. Part of a job."""
    pack = ExitPack.objects.get(pk=pack_id)
    close_page(kind="pack_asked", url=_address(pack))
    if pack.answered_at is not None:
        said = "refused" if pack.status == PackStatus.REFUSED else "agreed"
        title = f"{pack.answered_by_name} {said}"
        notify(cards=[pack.asked_by_id], kind="pack_answered", url=_address(pack), title=title)


def _lock(actor: OfficerCard, pack_id: UUID, permission: str = MAY_AGREE) -> ExitPack:
    check_may(actor, permission)
    return ExitPack.objects.select_for_update().get(pk=pack_id)


def _check_waits(actor: OfficerCard, pack: ExitPack) -> None:
    if pack.status != PackStatus.ASKED:
        by = f" by {pack.answered_by_name}" if pack.answered_by_name else ""
        raise NotAllowed(f"This pack does not wait any more: {_in_words(pack)}{by}.", code="state")
    if not pack.is_waiting:
        raise NotAllowed("Nobody answered this within seven days. The pack has to be asked for again.", code="state")
    if pack.asked_by_id == actor.pk:
        raise NotAllowed("You asked for this pack, so another officer has to answer.", code="two_officers")


def _in_words(pack: ExitPack) -> str:
    ended = {PackStatus.REFUSED: "it was refused", PackStatus.WITHDRAWN: "it was withdrawn",
             PackStatus.LAPSED: "nobody answered in time"}  # fmt: skip
    return ended.get(PackStatus(pack.status), "it was agreed")


def _answer(actor: OfficerCard, pack: ExitPack, status: PackStatus) -> None:
    now = timezone.now()
    pack.status, pack.answered_by, pack.answered_by_name = status, actor, actor.work_name
    pack.answered_at = pack.worked_at = now
    pack.save(update_fields=["status", "answered_by", "answered_by_name", "answered_at", "worked_at", "reason"])
    enqueue("leaving.settle_notices", pack_id=pack.pk)


def _address(pack: ExitPack) -> str:
    return reverse("leaving:pack", args=[pack.pk])
