"""What waits for the officer, on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import counted

from . import selectors
from .choices import CaseStatus


@home_card("workflow.view_inbox")
def waiting_for_me(actor: OfficerCard) -> HomeCard:
    """The officer's inbox: how many tasks, and how many of them late."""
    waiting, late = selectors.inbox_counts(actor)
    reminded = selectors.reminded_count(actor) if waiting else 0
    text = f"{counted(late, 'task')} overdue" if late else "Approvals and other tasks waiting for you"
    if reminded:
        text = f"{text}. {counted(reminded, 'task')} you were reminded of"
    return HomeCard(
        "Your inbox", waiting, text if waiting else "Nothing is waiting for you", reverse("workflow:inbox"),
        urgent=bool(late), order=5,
    )  # fmt: skip


@home_card("workflow.view_all_cases")
def nobody_can_act(_actor: OfficerCard) -> HomeCard | None:
    """Tasks that are parked because nobody may do them; nothing to show when there are none."""
    parked = selectors.parked_tasks().count()
    if not parked:
        return None
    return HomeCard(
        "Nobody can act", parked, "Tasks that need an officer with the right role", reverse("workflow:parked_tasks"),
        urgent=True, order=6,
    )  # fmt: skip


@home_card("workflow.manage_cases")
def stopped_cases(actor: OfficerCard) -> HomeCard | None:
    """Cases that a fault stopped: they wait for whoever looks after processes."""
    if not may(actor, "workflow.view_all_cases"):
        return None
    stopped = selectors.cases_for(actor).stopped().count()
    if not stopped:
        return None
    return HomeCard(
        "Stopped cases", stopped, "A fault stopped them. Look at the cause and try again",
        f"{reverse('workflow:list_cases')}?{urlencode({'status': CaseStatus.PARKED})}", urgent=True, order=7,
    )  # fmt: skip
