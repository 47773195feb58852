"""What the migration puts on the home page: loads whose control totals wait for a second person."""

from __future__ import annotations

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card

from .selectors import batches_to_sign


@home_card("migration.sign_off")
def totals_to_sign(actor: OfficerCard) -> HomeCard | None:
    """Loads that a colleague brought and reconciled. Nothing of one is loaded before somebody else has signed."""
    waiting = list(batches_to_sign(actor).order_by("created_at")[:20])
    if not waiting:
        return None
    return HomeCard(
        "Control totals to sign off", len(waiting), "A colleague brought the files and reconciled the figures",
        reverse("migration:sign_off", args=[waiting[0].reference]), order=32,
    )  # fmt: skip
