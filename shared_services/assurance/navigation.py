from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Audit", "audit:list_entries", "audit.view_records", 90)]
