"""The web, worker and relay processes: they log in as the room they serve, and own nothing."""

import os

from .base import *  # noqa: F403
from .base import DATABASE_NAME, POSTGRES

DATABASES = {
    "default": {
        "ENGINE": "shared_services.tenancy.postgresql",
        "NAME": DATABASE_NAME,
        "HOST": POSTGRES.host,
        "PORT": POSTGRES.port,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
    }
}
ROOM_CONNECTIONS_PER_THREAD = 64
WALL_MODE = "login"
"""`login`: a connection is a council. `setrole` serves only the fast tests (see docs/architecture.md)."""
ROOMLESS_ROLE = "dispatcher" if os.environ.get("GUILDHALL_PROCESS") == "dispatcher" else "portal"
"""What a process may do outside every room: the portal reads the host map, the dispatcher the outbox and schedule."""
