"""A host that names no room serves nothing: every address is a 404 that names nobody."""

from __future__ import annotations

urlpatterns: list = []
handler404 = "shared_services.govuk.errors.not_found"
handler_suspended = "shared_services.govuk.errors.suspended"
"""A council's host while its room is suspended: since when, by whom, and whom to ask."""
