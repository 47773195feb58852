"""Where purchasing stands in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

HAVE_SOME = ("purchasing.raise_requisition", "purchasing.approve_requisition", "purchasing.view_all_requisitions")
"""Others may open the lists but would never find a requisition or an order there."""

ITEMS = [
    NavItem("Requisitions", "purchasing:list_requisitions", HAVE_SOME, 20),
    NavItem("Orders", "purchasing:list_orders", HAVE_SOME, 30),
    NavItem("Suppliers", "purchasing:list_suppliers", "purchasing.view_suppliers", 35),
]
