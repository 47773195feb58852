"""Load the code lists and registers that every council shares."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Loads or refreshes the shared reference data. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for name in settings.REFERENCE_DATA:
            import_module(name).load()
            self.stdout.write(f"loaded  {name}")
