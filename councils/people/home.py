"""Leave on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card

from . import selectors
from .choices import ANNUAL_LEAVE, LeaveStatus
from .models import LeaveRequest, LeaveType


@home_card("people.view_own_leave")
def my_leave(actor: OfficerCard) -> HomeCard | None:
    """Annual leave left, in the words of the leave pages; None for somebody without an employment."""
    employments = selectors.employments_of(actor.pk)
    if not employments:
        return None
    annual = LeaveType.objects.filter(key=ANNUAL_LEAVE).first()
    if annual is None:
        return None
    year = selectors.leave_year_of(localdate())
    several = len(employments) > 1
    text = ". ".join(
        (f"{employment.post.title}. " if several else "")
        + ". ".join(f"{word}: {hours}" for word, hours in balance.figures)
        for employment, balance in zip(employments, selectors.balances_of(employments, annual, year), strict=True)
    )
    return HomeCard("Leave", text=text, url=reverse("people:my_leave"), order=40)


@home_card("people.view_own_leave")
def leave_sent_back(actor: OfficerCard) -> HomeCard | None:
    """Leave that the manager sent back; None when there is nothing to change."""
    returned = LeaveRequest.objects.of_card(actor.pk).filter(status=LeaveStatus.RETURNED).count()
    if not returned:
        return None
    return HomeCard(
        "Leave sent back", returned, "Change it and send it again", reverse("people:my_leave"), urgent=True, order=30
    )
