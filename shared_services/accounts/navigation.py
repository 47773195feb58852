from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Officers and roles", "accounts:list_officers", "accounts.manage_officers", 80)]
