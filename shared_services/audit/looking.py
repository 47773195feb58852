"""Who looked at what: a page or an endpoint that says it is sensitive is recorded here, and only here."""

from __future__ import annotations

from typing import Any

from .services import record


def record_look(actor: Any, kind: str, subject: Any, **facts: Any) -> None:
    """Write down that an officer was shown sensitive data: event "<kind>.viewed". Nobody's own record is a look."""
    record(actor, f"{kind}.viewed", subject, **facts)
