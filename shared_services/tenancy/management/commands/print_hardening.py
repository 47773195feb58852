"""Print what a superuser runs once in the product’s database, where the owner is none."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from shared_services.tenancy import wall


class Command(BaseCommand):
    help = (
        "Prints the statements that close what PostgreSQL leaves open to everybody; nothing once they were run. "
        "Only for an owner that is no superuser: any other closes it with migrate_councils."
    )
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        for statement in wall.hardening():
            self.stdout.write(statement)
