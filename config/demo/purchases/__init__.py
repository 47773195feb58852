"""What each service of a demo council buys, by the service’s code."""

from __future__ import annotations

from .for_people import FOR_PEOPLE
from .for_places import FOR_PLACES
from .kinds import Purchase

PURCHASES: dict[str, tuple[Purchase, ...]] = FOR_PEOPLE | FOR_PLACES
