"""What the home page says of exit packs: one that waits for this officer's yes."""

from __future__ import annotations

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card

from .choices import PackStatus
from .models import ExitPack
from .second_officer import MAY_AGREE


@home_card(MAY_AGREE)
def exit_pack_to_answer(actor: OfficerCard) -> HomeCard | None:
    """A pack that a colleague asked for, while this officer can be the second."""
    pack = ExitPack.objects.filter(status=PackStatus.ASKED).exclude(asked_by_id=actor.pk).first()
    if pack is None or not pack.is_waiting:
        return None
    text = f"{pack.asked_by_name} asks for everything your council keeps here. It waits for a second officer"
    return HomeCard(
        "Exit pack to answer", text=text, url=reverse("leaving:answer_pack", args=[pack.pk]), urgent=True, order=21
    )
