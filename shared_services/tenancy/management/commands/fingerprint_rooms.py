"""Compare every room with the template: after a release, after a restore."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from shared_services.tenancy.fingerprint import drift


class Command(BaseCommand):
    help = "Lists what differs between each council's room and the template; exits with 1 if anything does."

    def handle(self, *args: Any, **options: Any) -> None:
        found = drift()
        for key, lines in found.items():
            self.stdout.write(f"{key} differs:")
            for line in lines:
                self.stdout.write(f"  {line}")
        if found:
            sys.exit(1)
        self.stdout.write("Every room is built like the template.")
