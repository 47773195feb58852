"""The home page: what an officer can start, what he has to do, what became of his requests. Each app brings its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from shared_services.access.permissions import may

LATEST, RECENT_DAYS = 6, 90
"""How many of the officer's own requests the home page shows, and how far back it looks for them."""


@dataclass(frozen=True)
class HomeCard:
    """One thing to do: how many of it, a line or a few figures that say so, and where to do it."""

    title: str
    count: int | None = None
    text: str = ""
    url: str = ""
    urgent: bool = False
    order: int = 50
    figures: Sequence[tuple[str, str]] = field(default=())


@dataclass(frozen=True)
class CardMaker:
    permission: str
    make: Callable[[Any], HomeCard | None]


@dataclass(frozen=True)
class HomeAction:
    """Something an officer starts from his home page."""

    permission: str
    label: str
    url_name: str
    order: int
    request: str = ""
    """What is asked for with it, in a sentence; empty when nothing is asked of anybody."""


@dataclass(frozen=True)
class OwnRequest:
    """Something the officer asked for, and how it stands."""

    reference: str
    title: str
    url: str
    state: str
    colour: str
    started_at: datetime

    @property
    def started_on(self) -> date:
        return timezone.localtime(self.started_at).date()


@dataclass(frozen=True)
class RequestFinder:
    permission: str
    find: Callable[[Any], list[OwnRequest]]


_makers: list[CardMaker] = []
_actions: list[HomeAction] = []
_finders: list[RequestFinder] = []


def home_card(permission: str) -> Callable[[Callable[[Any], HomeCard | None]], Callable[[Any], HomeCard | None]]:
    """Register `f(actor) -> HomeCard | None` for officers who hold the permission. None: nothing to show."""

    def register(make: Callable[[Any], HomeCard | None]) -> Callable[[Any], HomeCard | None]:
        _makers.append(CardMaker(permission, make))
        return make

    return register


def home_action(permission: str, label: str, url_name: str, *, order: int = 50, request: str = "") -> None:
    """Register a button for officers who hold the permission, in the rooms that have the page.

    One that says what is asked for with it stands among the requests that can be started, too.
    """
    _actions.append(HomeAction(permission, label, url_name, order, request))


def own_requests(
    permission: str,
) -> Callable[[Callable[[Any], list[OwnRequest]]], Callable[[Any], list[OwnRequest]]]:
    """Register `f(actor) -> list[OwnRequest]`: the officer's latest, newest first, at most LATEST of them."""

    def register(find: Callable[[Any], list[OwnRequest]]) -> Callable[[Any], list[OwnRequest]]:
        _finders.append(RequestFinder(permission, find))
        return find

    return register


def recently() -> datetime:
    """Since when a request is recent enough for the home page."""
    return timezone.now() - timedelta(days=RECENT_DAYS)


def cards_for(actor: Any) -> list[HomeCard]:
    """The officer's cards: what is urgent first, then in the apps' order."""
    made = [maker.make(actor) for maker in _makers if may(actor, maker.permission)]
    return sorted((card for card in made if card), key=lambda card: (not card.urgent, card.order, card.title))


def actions_for(actor: Any) -> list[tuple[str, str]]:
    """(label, address) of what the officer may start in this room."""
    return [(action.label, url) for action, url in _open_actions(actor)]


def request_actions_for(actor: Any) -> list[tuple[str, str, str]]:
    """(label, address, what is asked for) of the requests that have pages of their own."""
    return [(action.label, url, action.request) for action, url in _open_actions(actor) if action.request]


def _open_actions(actor: Any) -> list[tuple[HomeAction, str]]:
    found = []
    for action in sorted(_actions, key=lambda action: (action.order, action.label)):
        if not may(actor, action.permission):
            continue
        try:
            found.append((action, reverse(action.url_name)))
        except NoReverseMatch:
            # The page belongs to the other kind of room.
            continue
    return found


def requests_of(actor: Any) -> list[OwnRequest]:
    """What the officer asked for last, of whatever kind, newest first."""
    found = [one for finder in _finders if may(actor, finder.permission) for one in finder.find(actor)]
    return sorted(found, key=lambda one: one.started_at, reverse=True)[:LATEST]
