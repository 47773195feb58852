"""Where finance stands in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Budgets", "finance:list_budgets", "finance.view_budgets", 40)]
