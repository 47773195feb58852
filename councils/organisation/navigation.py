"""Organisation's place in the navigation."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Organisation", "organisation:list_departments", "organisation.view_structure", 70)]
