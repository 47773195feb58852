from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Figures", "insight:spend_by_category", "insight.view_figures", 40)]
