"""Migrate the shared schema, the template room and every council's room."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.tenancy.migrating import WORKERS, migrate_rooms, migrate_shared, migrate_template


class Command(BaseCommand):
    help = "Brings every schema to this release. A room that fails is reported; run again to resume."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=WORKERS, help="rooms migrated at the same time")

    def handle(self, *args: Any, **options: Any) -> None:
        migrate_shared()
        for name in migrate_template():
            self.stdout.write(f"template  {name}")
        failed = 0
        for outcome in migrate_rooms(workers=options["workers"]):
            failed += bool(outcome.error)
            self.stdout.write(f"{outcome.key}  {outcome.error or f'{outcome.applied} applied'}")
        if failed:
            raise CommandError(
                f"{failed} room(s) could not be migrated; their errors are kept in the register. Put the cause right and run again."
            )
