"""Where a notice goes: the portal, an email, both or nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from .choices import EmailChoice, MailState
from .kinds import Kind
from .models import NoticePreferences

MAIL_BY_CHOICE = {
    EmailChoice.EACH: MailState.WAITING,
    EmailChoice.DAILY: MailState.FOR_DIGEST,
    EmailChoice.NONE: MailState.NOT_WANTED,
}


@dataclass(frozen=True, slots=True)
class Route:
    in_portal: bool
    mail: MailState


def route(kind: Kind, process: str, preferences: NoticePreferences) -> Route:
    """What an officer's choices let through. What waits for a decision stays in the portal whatever is muted."""
    if kind.key in preferences.muted_kinds or (process and process in preferences.muted_processes):
        return Route(bool(kind.always_shown), MailState.NOT_WANTED)
    return Route(True, MAIL_BY_CHOICE[EmailChoice(preferences.email)])
