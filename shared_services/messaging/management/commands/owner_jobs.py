"""Do the jobs that wait for the schema's owner, such as opening a council's room."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from shared_services.messaging.running import run_waiting


class Command(BaseCommand):
    help = "Does every job that waits in the owner's queue, once, for a machine on which no owner's worker runs."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{run_waiting()} done")
