"""Cache keys carry their room."""

from __future__ import annotations

from django.db import connection

from .errors import NoCouncil


def room_key(key: str, prefix: str, version: int) -> str:
    """The key as Valkey sees it. Raises NoCouncil outside every room, so that nothing is ever shared by accident."""
    room = connection.schema_name
    if room is None or room == "public":
        raise NoCouncil("The cache is a council’s own; open its room first.")
    return f"{room}:{prefix}:{version}:{key}"
