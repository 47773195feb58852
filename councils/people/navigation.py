"""Leave and employments in the navigation."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [
    NavItem("Leave", "people:my_leave", "people.view_own_leave", 40),
    NavItem("Employments", "people:list_employments", "people.view_employments", 60),
]
