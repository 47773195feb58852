"""What waits for whoever keeps a room's officers, on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_action, home_card
from shared_services.tenancy.door import current_council

from .officer_views import NO_ROLE

home_action("accounts.manage_officers", "Add an officer", "accounts:add_officer", order=40)


@home_card("accounts.manage_roles")
def without_role(_actor: OfficerCard) -> HomeCard | None:
    """Active officers who were given no role: they can only look and ask for leave."""
    count = OfficerCard.objects.of_council(current_council().number).active().filter(roles=[]).count()
    if not count:
        return None
    return HomeCard(
        "Officers without a role", count, "They see only what every officer sees",
        f"{reverse('accounts:list_officers')}?{urlencode({'role': NO_ROLE, 'active': 'True'})}", order=36,
    )  # fmt: skip
