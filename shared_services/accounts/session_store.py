"""Sessions of a room, in its own table; read with every page."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

from shared_services.tenancy.statements import JoinedRows

OPEN = JoinedRows("sessions.Session", where="t0.session_key = %s AND t0.expire_date > %s")


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, found by a statement put together once."""

    def _get_session_from_db(self) -> Any:
        session = OPEN.find(self.session_key, timezone.now()) if self.session_key else None
        if session is None:
            self._session_key = None
        return session
