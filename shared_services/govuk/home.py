"""Cards of the home page: what an officer has to do. Each app brings its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared_services.access.permissions import may


@dataclass(frozen=True)
class HomeCard:
    """One thing to do: how many of it, a line that says so, and where to do it."""

    title: str
    count: int | None = None
    text: str = ""
    url: str = ""
    urgent: bool = False
    order: int = 50


@dataclass(frozen=True)
class CardMaker:
    permission: str
    make: Callable[[Any], HomeCard | None]


_makers: list[CardMaker] = []


def home_card(permission: str) -> Callable[[Callable[[Any], HomeCard | None]], Callable[[Any], HomeCard | None]]:
    """Register `f(actor) -> HomeCard | None` for officers who hold the permission. None: nothing to show."""

    def register(make: Callable[[Any], HomeCard | None]) -> Callable[[Any], HomeCard | None]:
        _makers.append(CardMaker(permission, make))
        return make

    return register


def cards_for(actor: Any) -> list[HomeCard]:
    """The officer's cards: what is urgent first, then in the apps' order."""
    made = [maker.make(actor) for maker in _makers if may(actor, maker.permission)]
    return sorted((card for card in made if card), key=lambda card: (not card.urgent, card.order, card.title))
