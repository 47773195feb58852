"""What is left to set up, on the home page of those who do it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.accounts.single_sign_on import (
    MAY_CONFIRM,
    MAY_PROPOSE,
    expires_soon,
    proposer_of,
    providers,
)
from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import spoken_date
from shared_services.tenancy.door import current_council

from .task_list import unfinished


@home_card("organisation.manage_settings")
def left_to_set_up(actor: OfficerCard) -> HomeCard | None:
    """The administrator's tasks that are not done; nothing to show once they are."""
    if current_council().is_shared_service:
        return None
    tasks = unfinished(actor)
    if not tasks:
        return None
    return HomeCard(
        "Set up your portal", len(tasks), ", ".join(task.title for task in tasks), reverse("setting_up:task_list"),
        order=20,
    )  # fmt: skip


@home_card("finance.manage_cost_centres")
def money_to_set_up(actor: OfficerCard) -> HomeCard | None:
    """The finance officer's tasks that are not done; an administrator has them on his own card already."""
    if current_council().is_shared_service or may(actor, "organisation.manage_settings"):
        return None
    tasks = unfinished(actor)
    if not tasks:
        return None
    return HomeCard(
        "Set up the money", len(tasks), ", ".join(task.title for task in tasks), reverse("setting_up:task_list"),
        order=21,
    )  # fmt: skip


@home_card(MAY_CONFIRM)
def single_sign_on(actor: OfficerCard) -> HomeCard | None:
    """An identity provider that a colleague proposed waits for somebody else's word, or a certificate is about to expire.

    One card for both, so that the page asks once.
    """
    if current_council().is_shared_service:
        return None
    kept, proposed = providers()
    if proposed is not None and proposer_of(proposed) != actor.pk:
        return HomeCard(
            "Single sign-on to confirm", None, "A colleague proposed another identity provider",
            reverse("setting_up:confirm_single_sign_on"), urgent=True, order=19,
        )  # fmt: skip
    end = expires_soon(kept)
    if end is not None and may(actor, MAY_PROPOSE):
        return HomeCard(
            "Single sign-on certificate", None, f"Expires on {spoken_date(localdate(end))}. Bring the newest metadata",
            reverse("setting_up:single_sign_on"), urgent=True, order=19,
        )  # fmt: skip
    return None
