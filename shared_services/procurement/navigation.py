from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [
    NavItem("Demand", "procurement:list_demand", "procurement.view_demand", 20),
    NavItem("Joint proposals", "procurement:list_proposals", "procurement.view_demand", 30),
]
