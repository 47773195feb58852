"""Inbox, cases and the authority matrix in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [
    NavItem("Inbox", "workflow:inbox", "workflow.view_inbox", 10),
    NavItem("Cases", "workflow:list_cases", "workflow.view_case", 50),
    NavItem("Authority matrix", "authority:matrix", "workflow.view_case", 80),
    NavItem("Start a request", "workflow:start_request", "workflow.start_request", 15),
    NavItem("Deputies", "deputies:mine", "workflow.complete_task", 82),
]
