"""What the home page says of councils that apply."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card
from shared_services.tenancy.door import current_council

from .choices import Status
from .models import AdmissionVote, Application
from .services.admission import MAY_VOTE


@home_card(MAY_VOTE)
def votes_on_councils(_actor: OfficerCard) -> HomeCard | None:
    """Councils on whose admission this one has not voted; nothing to show when there are none."""
    here = current_council()
    votes = AdmissionVote.objects.filter(owner_id=here.number, voice="", closes_on__gte=timezone.localdate())
    waiting = 0 if here.is_shared_service else votes.count()
    if not waiting:
        return None
    return HomeCard(
        "Councils that apply to join", waiting, "Your council has not voted", reverse("admission:list_votes"), order=41
    )


@home_card("joining.view_applications")
def failed_openings(_actor: OfficerCard) -> HomeCard | None:
    """Portals of admitted councils that could not be set up."""
    if not current_council().is_shared_service:
        return None
    failed = Application.objects.filter(status=Status.FAILED).count()
    if not failed:
        return None
    return HomeCard(
        "Portals that could not be set up", failed, "Look at the cause, then try again",
        reverse("joining:list_applications"), urgent=True, order=30,
    )  # fmt: skip
