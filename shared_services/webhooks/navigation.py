from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Webhooks", "webhooks:list_endpoints", "webhooks.manage_endpoints", 85)]
