"""Bring every council to this release, or say at which release each one is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.tenancy.errors import NotHardened
from shared_services.tenancy.migrating import WORKERS, migrate_rooms, migrate_shared, migrate_template
from shared_services.tenancy.models import Council
from shared_services.tenancy.provisioning import release_head


class Command(BaseCommand):
    help = (
        "Brings the shared schema, the template room and every council to this release. A council that fails is "
        "reported; run again to resume. --status only says where each one is."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=WORKERS, help="rooms migrated at the same time")
        parser.add_argument(
            "--status", action="store_true", help="say at which release each council is; change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["status"]:
            self._say_where_each_is()
            return
        try:
            migrate_shared()
        except NotHardened as refusal:
            raise CommandError(str(refusal)) from refusal
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

    def _say_where_each_is(self) -> None:
        head = release_head()
        for council in Council.objects.filter(state__in=Council.KEPT).order_by("number"):
            behind = council.release_head != head and council.release_state == Council.Release.CURRENT
            state = Council.Release.BEHIND.label if behind else council.get_release_state_display()
            line = f"{council.schema_name}  {council.release_head[:12] or '-':<12}  {state}  {council.short_name}"
            self.stdout.write(f"{line}  {council.release_error}".rstrip())
