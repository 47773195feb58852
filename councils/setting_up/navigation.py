"""Setting up's place in the navigation: it stays there when everything is set up, for what changes later."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [
    NavItem(
        "Set-up",
        "setting_up:task_list",
        ("organisation.manage_settings", "finance.manage_cost_centres", "joining.go_live"),
        75,
    )
]
