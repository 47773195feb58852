"""What the home page says of operations: what waits for the council's answer, and who leaves."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import spoken_date
from shared_services.tenancy.door import current_council

from .choices import Status
from .models import AccessGrant, Consent, LeaveNotice, Operation
from .rules import MAY_AGREE_TO_LEAVE, MAY_ANSWER


@home_card(MAY_ANSWER)
def asked_by_the_platform(_actor: OfficerCard) -> HomeCard | None:
    """What the platform's team asks, while the council has not answered."""
    here = current_council().number
    asked = Operation.objects.of(here).filter(status=Status.ASKED)
    waiting = asked.exclude(pk__in=Consent.objects.filter(owner_id=here).values("operation_key")).count()
    if not waiting:
        return None
    return HomeCard(
        "The platform’s team asks", waiting, "Nothing happens until your council answers",
        reverse("platform_team:list_operations"), urgent=True, order=20,
    )  # fmt: skip


@home_card(MAY_ANSWER)
def let_in_now(_actor: OfficerCard) -> HomeCard | None:
    """Somebody of the platform's team is let in."""
    grant = AccessGrant.objects.filter(owner_id=current_council().number).open_at(timezone.now()).first()
    if grant is None:
        return None
    return HomeCard(
        "The platform’s team is let in", text=f"{grant.work_name} can read your council’s room. See which pages, or end it",
        url=reverse("platform_team:show_operation", args=[grant.operation_key]), urgent=True, order=21,
    )  # fmt: skip


@home_card(MAY_AGREE_TO_LEAVE)
def notice_to_agree_to(actor: OfficerCard) -> HomeCard | None:
    """A notice to leave that waits for the section 151 officer."""
    notices = LeaveNotice.objects.filter(owner_id=current_council().number, withdrawn_at=None, agreed_at=None)
    notice = notices.exclude(given_by=actor).first()
    if notice is None:
        return None
    return HomeCard(
        "Notice to leave the partnership", text=f"Given for {spoken_date(notice.leaves_on)}. You are asked to agree",
        url=reverse("notice:show_leaving"), urgent=True, order=22,
    )  # fmt: skip


@home_card("joining.vote")
def partners_that_leave(_actor: OfficerCard) -> HomeCard | None:
    """Partners that leave, each with its day."""
    here = current_council().number
    leaving = LeaveNotice.objects.filter(withdrawn_at=None, leaves_on__gte=timezone.localdate()).exclude(agreed_at=None)
    notices = list(leaving.exclude(owner_id=here).order_by("leaves_on")[:5])
    if not notices:
        return None
    lines = "; ".join(f"{notice.council_name}: leaving on {spoken_date(notice.leaves_on)}" for notice in notices)
    return HomeCard("Councils that leave", text=lines, url=reverse("notice:list_leaving"), order=45)
