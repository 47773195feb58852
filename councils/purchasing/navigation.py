"""Where purchasing stands in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [
    NavItem("Requisitions", "purchasing:list_requisitions", "purchasing.view_requisition", 20),
    NavItem("Orders", "purchasing:list_orders", "purchasing.view_order", 30),
]
