"""Bring every council to this release, or say at which release each one is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from shared_services.tenancy.management.commands import migrate_rooms
from shared_services.tenancy.models import Council
from shared_services.tenancy.provisioning import release_head


class Command(migrate_rooms.Command):
    help = "Migrates the shared schema, the template room and every council. --status only says where each one is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--status", action="store_true", help="say at which release each council is; change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["status"]:
            super().handle(*args, **options)
            return
        head = release_head()
        for council in Council.objects.filter(state__in=Council.KEPT).order_by("number"):
            behind = council.release_head != head and council.release_state == Council.Release.CURRENT
            state = Council.Release.BEHIND.label if behind else council.get_release_state_display()
            line = f"{council.schema_name}  {council.release_head[:12] or '-':<12}  {state}  {council.short_name}"
            self.stdout.write(f"{line}  {council.release_error}".rstrip())
