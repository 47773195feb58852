"""Answers that are looked up: officers, departments, cost centres, CPV codes.

The app that owns the records says how they are found, in its `choosers.py`; a form only names the kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council

SUGGESTIONS = 8


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that can be answered: the key that is kept, and what people read."""

    key: str
    label: str

    @property
    def line(self) -> str:
        """How it is typed and suggested."""
        return self.label


class Chooser(Protocol):
    """How one kind of answer is found in this room."""

    def search(self, query: str, limit: int) -> list[Chosen]: ...

    def find(self, key: str) -> Chosen | None: ...


_choosers: dict[str, Chooser] = {}


def register_chooser(kind: str, chooser: Chooser) -> None:
    """Say how answers of a kind are found. The later word counts."""
    _choosers[kind] = chooser


def chooser_for(kind: str) -> Chooser | None:
    return _choosers.get(kind)


def suggestions(kind: str, query: str) -> list[Chosen]:
    """What fits so far, a few at most."""
    chooser, query = chooser_for(kind), query.strip()[:100]
    return chooser.search(query, SUGGESTIONS) if chooser and query else []


class NotFound(ValueError):
    """What was typed names nothing, or too much; the message helps to put it right."""


def resolve(kind: str, typed: str) -> str:
    """The key of what an officer typed: a key, a whole line, or words that fit exactly one thing."""
    chooser, typed = chooser_for(kind), typed.strip()
    if chooser is None:
        return typed
    if chooser.find(typed) is not None:
        return typed
    found = chooser.search(typed[:100], SUGGESTIONS)
    same = [one for one in found if one.line.casefold() == typed.casefold()]
    if len(same) == 1 or len(found) == 1:
        return (same or found)[0].key
    if found:
        raise NotFound(f"More than one fits “{typed}”. Enter one of these: {'; '.join(one.line for one in found[:5])}")
    raise NotFound(f"Nothing here fits “{typed}”. Enter another name or code")


def label_of(kind: str, key: str) -> str:
    """What people read for a key; the key itself when its record is gone."""
    chooser = chooser_for(kind)
    found = chooser.find(key) if chooser else None
    return found.label if found else key


class OfficersOfTheRoom:
    """Active officers of this room, by name or work email."""

    def search(self, query: str, limit: int) -> list[Chosen]:
        cards = OfficerCard.objects.of_council(current_council().number).active()
        for word in query.replace("(", " ").replace(")", " ").replace(",", " ").split():
            cards = cards.filter(Q(work_name__icontains=word) | Q(work_email__icontains=word))
        return [self._chosen(card) for card in cards.order_by("work_name")[:limit]]

    def find(self, key: str) -> Chosen | None:
        try:
            card = OfficerCard.objects.of_council(current_council().number).filter(pk=UUID(key)).first()
        except ValueError:
            return None
        return self._chosen(card) if card else None

    def _chosen(self, card: OfficerCard) -> Chosen:
        return Chosen(str(card.pk), f"{card.work_name} ({card.work_email})")


register_chooser("officer", OfficersOfTheRoom())
