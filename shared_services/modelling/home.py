"""Votes and drafts that wait for the officer, on the home page."""

from __future__ import annotations

from django.db.models import F
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card

from . import selectors
from .choices import DraftStatus
from .querysets import drafts_of_this_room


@home_card("modelling.vote")
def votes_waiting(actor: OfficerCard) -> HomeCard | None:
    """Changes of joint processes on which this council has not voted; nothing to show when there are none."""
    waiting = selectors.votes_waiting(actor)
    if not waiting:
        return None
    return HomeCard(
        "Votes", waiting, "Changes of joint processes that your council has not answered",
        reverse("modelling:proposals"), order=40,
    )  # fmt: skip


@home_card("modelling.publish_process")
def drafts_waiting(actor: OfficerCard) -> HomeCard | None:
    """Drafts that another officer asked to publish; nothing to show when there are none."""
    asked = drafts_of_this_room().filter(status=DraftStatus.OPEN, asked_version=F("version"))
    waiting = asked.exclude(asked_by=actor).count()
    if not waiting:
        return None
    return HomeCard(
        "To publish", waiting, "Processes that another officer asked you to publish",
        reverse("modelling:list_processes"), order=41,
    )  # fmt: skip
