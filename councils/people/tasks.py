"""Leave's nightly work."""

from __future__ import annotations

from shared_services.messaging.tasks import council_task

from .services import keep_leave_years


@council_task
def open_leave_years() -> None:
    """Open this and the next leave year for everyone in post and carry leave over. Safe to run every day."""
    keep_leave_years()
