"""Where the exit packs stand in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Exit pack", "leaving:list_packs", "leaving.take_pack", 95)]
