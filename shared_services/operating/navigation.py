from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [
    NavItem("Councils’ portals", "operations:list_rooms", "operating.view_operations", 72),
    NavItem("Platform’s team", "platform_team:list_operations", "operating.view_own_operations", 92),
]
