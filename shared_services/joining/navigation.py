from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Joining", "joining:list_applications", "joining.view_applications", 70)]
