"""What the home page says of operations: what waits for the council's answer, and who leaves."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import spoken_date
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import Kind, Status
from .models import Consent, LeaveNotice, Operation
from .rules import MAY_AGREE_TO_LEAVE, MAY_ANSWER, MAY_OPERATE


@home_card(MAY_ANSWER)
def the_platforms_team(_actor: OfficerCard) -> HomeCard | None:
    """Somebody of the platform's team who is let in, else what it asks while the council has not answered."""
    here = current_council().number
    wanted = Q(status=Status.ASKED) | Q(kind=Kind.ACCESS, status=Status.RUNNING)
    found = list(Operation.objects.of(here).filter(wanted).order_by("-asked_at")[:20])
    let_in = next((one for one in found if one.status == Status.RUNNING), None)
    if let_in is not None:
        return HomeCard(
            "The platform’s team is let in",
            text=f"{let_in.asked_by_name} can read your council’s pages. See which were opened, or end it",
            url=reverse("platform_team:show_operation", args=[let_in.pk]), urgent=True, order=20,
        )  # fmt: skip
    keys = [one.pk for one in found]
    waiting = len(keys) and len(keys) - Consent.objects.filter(owner_id=here, operation_key__in=keys).count()
    if not waiting:
        return None
    return HomeCard(
        "The platform’s team asks", waiting, "Nothing happens until your council answers",
        reverse("platform_team:list_operations"), urgent=True, order=20,
    )  # fmt: skip


@home_card(MAY_OPERATE)
def failed_operations(_actor: OfficerCard) -> HomeCard | None:
    """What failed on councils' rooms and has not been asked for again."""
    later = Operation.objects.filter(
        owner_id=OuterRef("owner_id"),
        council=OuterRef("council"),
        kind=OuterRef("kind"),
        asked_at__gt=OuterRef("asked_at"),
    )
    failed = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER, status=Status.FAILED).exclude(Exists(later))
    found = list(failed.select_related("council").order_by("-asked_at")[:20])
    if not found:
        return None
    return HomeCard(
        "Work on councils’ portals that failed", len(found), f"The latest is {found[0]}. See why, then try again",
        reverse("operations:show_operation", args=[found[0].pk]), urgent=True, order=30,
    )  # fmt: skip


@home_card("joining.vote")
def notices_to_leave(actor: OfficerCard) -> HomeCard | None:
    """The own council's notice while it waits for this officer's word, else the partners that leave, each with its day."""
    here = current_council().number
    notices = list(LeaveNotice.objects.filter(withdrawn_at=None).order_by("leaves_on")[:20])
    own = next((one for one in notices if one.owner_id == here), None)
    if own is not None and not own.agreed_at and own.given_by_id != actor.pk and may(actor, MAY_AGREE_TO_LEAVE):
        return HomeCard(
            "Notice to leave the partnership", text=f"Given for {spoken_date(own.leaves_on)}. You are asked to agree",
            url=reverse("notice:show_leaving"), urgent=True, order=22,
        )  # fmt: skip
    others = [one for one in notices if one.owner_id != here and one.agreed_at and one.leaves_on >= localdate()]
    if not others:
        return None
    lines = "; ".join(f"{one.council_name}: leaving on {spoken_date(one.leaves_on)}" for one in others)
    return HomeCard("Councils that are leaving", text=lines, url=reverse("notice:list_leaving"), order=45)
