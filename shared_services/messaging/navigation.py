from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Unfinished work", "messaging:list_given_up", "messaging.retry_work", 87)]
