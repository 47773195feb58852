"""What a new room takes over from its application. Each app of a council sets its own part, in the room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoomChoices:
    """What a council chose for its room when it applied."""

    contact_email: str
    bank_holiday_division: str
    leave_year_start_month: int
    services: tuple[str, ...]


Preparer = Callable[[RoomChoices], None]
_preparers: dict[str, Preparer] = {}


def prepares_room(function: Preparer) -> Preparer:
    """Register what an app does with the choices, in its `preparing` module. Runs once, as the schema's owner."""
    _preparers[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def prepare_room(choices: RoomChoices) -> None:
    """Let every app take over its part of the choices, in the room that is open."""
    for preparer in _preparers.values():
        preparer(choices)
