"""What the organisation puts on the home page: officers whom no manager answers for."""

from __future__ import annotations

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card
from shared_services.tenancy.door import current_council

from .selectors import cards_in_post


@home_card("organisation.manage_structure")
def without_manager(_actor: OfficerCard) -> HomeCard | None:
    """Officers in no post: they have no manager, so nobody can approve what they ask for."""
    count = OfficerCard.objects.of_council(current_council().number).active().exclude(pk__in=cards_in_post()).count()
    if not count:
        return None
    return HomeCard(
        "Officers without a manager", count, "They hold no post, so nobody can approve their requests",
        f"{reverse('organisation:list_officers')}?without_post=on", order=35,
    )  # fmt: skip
