"""What every table that comes as a file has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council


class Outcome(Enum):
    """What a row did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class RowFault(Exception):
    """What is wrong with one cell of a row, in plain words."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, by the name in its first line."""

    name: str
    hint: str
    example: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact about what a table holds, and the page that shows it."""

    text: str
    url: str


Row = dict[str, str]
SaveRow = Callable[[OfficerCard, Row], Outcome]
SaveAll = Callable[[OfficerCard, list[Row]], None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a council brings: who may, its columns, how a row is known and what it does."""

    key: str
    title: str
    permission: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    """The columns that name a record: a file holds each once, and loading it again changes nothing."""
    save: SaveRow
    noun: str
    about: str = ""
    finish: SaveAll | None = field(default=None)
    """What is done once for all rows, after each was saved."""
    standing: Callable[[], list[Standing]] | None = None
    """What the portal holds of the table now, and where to look at it."""


def officer_by_email(email: str, column: str) -> OfficerCard:
    """The active officer of this council with a work email address. Raises RowFault."""
    cards: Any = OfficerCard.objects.of_council(current_council().number).active()
    card = cards.filter(work_email__iexact=email).first()
    if card is None:
        raise RowFault(column, f"No active officer has the email address {email}. Add the officer first")
    return card
