"""The agreements that a council signs when it joins."""

from __future__ import annotations

from typing import Any

from shared_services.tenancy.door import current_council, inside_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from .agreements import publish_shipped


def load() -> None:
    """Publish new versions where the shared service stands already; a new one gets them with its room."""
    if Council.objects.filter(number=SHARED_SERVICE_NUMBER).exists():
        with inside_council(SHARED_SERVICE_NUMBER):
            publish_shipped()


def load_room(council: Any = None) -> None:
    """Give the shared service the agreements; a council's room needs none of its own."""
    if current_council().is_shared_service:
        publish_shipped()
