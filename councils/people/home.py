"""Leave on the home page."""

from __future__ import annotations

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import LATEST, HomeCard, OwnRequest, home_action, home_card, own_requests, recently
from shared_services.govuk.words import counted, spoken_date
from shared_services.tenancy.door import current_council

from . import selectors
from .choices import ANNUAL_LEAVE, LEAVE_COLOURS, LeaveStatus
from .models import Employment, LeaveRequest, LeaveType

home_action(
    "people.request_leave",
    "Request leave",
    "people:request_leave",
    order=90,
    request="Annual leave and other time off. It goes to your line manager.",
)
home_action("people.manage_employments", "Record an employment", "people:record_employment", order=30)


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
    figures = [
        (f"{word}, {employment.post.title}" if several else word, hours)
        for employment, balance in zip(employments, selectors.balances_of(employments, annual, year), strict=True)
        for word, hours in balance.figures
    ]
    return HomeCard("Annual leave", figures=figures, url=reverse("people:my_leave"), order=40)


@home_card("people.view_own_leave")
def leave_sent_back(actor: OfficerCard) -> HomeCard | None:
    """Leave that the manager sent back; None when there is nothing to change."""
    returned = LeaveRequest.objects.of_card(actor.pk).filter(status=LeaveStatus.RETURNED).count()
    if not returned:
        return None
    return HomeCard(
        "Leave sent back", returned, "Change it and send it again", reverse("people:my_leave"), urgent=True, order=30
    )


@own_requests("people.view_own_leave")
def my_leave_requests(actor: OfficerCard) -> list[OwnRequest]:
    """The leave the officer asked for last."""
    if current_council().is_shared_service:
        return []
    mine = LeaveRequest.objects.of_card(actor.pk).filter(asked_at__gte=recently())
    latest = mine.select_related("leave_type").order_by("-asked_at")[:LATEST]
    return [
        OwnRequest(
            reference=one.reference,
            title=f"{one.leave_type.name}, {spoken_date(one.first_on)}"
            + (f" to {spoken_date(one.last_on)}" if one.last_on != one.first_on else ""),
            url=one.get_absolute_url(),
            state=one.get_status_display(),
            colour=LEAVE_COLOURS[one.status],
            started_at=one.asked_at,
        )
        for one in latest
    ]


@home_card("people.manage_employments")
def leave_waiting(_actor: OfficerCard) -> HomeCard | None:
    """Leave of the whole council that nobody has decided yet; urgent when some of it has begun."""
    counts = LeaveRequest.objects.waiting().aggregate(
        waiting=Count("pk"), begun=Count("pk", filter=Q(first_on__lte=localdate()))
    )
    if not counts["waiting"]:
        return None
    text = (
        f"{counted(counts['begun'], 'request')} for days that have begun" if counts["begun"] else "In the whole council"
    )
    url = f"{reverse('people:list_leave')}?{urlencode({'status': LeaveStatus.ASKED})}"
    return HomeCard("Leave waiting for approval", counts["waiting"], text, url, urgent=bool(counts["begun"]), order=20)


@home_card("people.manage_employments")
def employments_without_hours(_actor: OfficerCard) -> HomeCard | None:
    """Employments that have no working pattern today: leave in them takes no hours."""
    count = Employment.objects.current(on=localdate()).without_hours(on=localdate()).count()
    if not count:
        return None
    return HomeCard(
        "Employments without hours", count, "No working pattern applies today, so leave cannot be worked out",
        f"{reverse('people:list_employments')}?without_hours=on", urgent=True, order=21,
    )  # fmt: skip
