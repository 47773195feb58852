"""Where the migration stands in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Imports", "migration:list_batches", "migration.view_batches", 80)]
