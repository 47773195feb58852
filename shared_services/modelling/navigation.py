"""Processes in the menu."""

from __future__ import annotations

from shared_services.govuk.navigation import NavItem

ITEMS = [NavItem("Processes", "modelling:list_processes", "modelling.view_processes", 85)]
