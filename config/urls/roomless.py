"""A host that names no room serves nothing: every address is a 404 that names nobody."""

from __future__ import annotations

urlpatterns: list = []
handler404 = "shared_services.govuk.errors.not_found"
