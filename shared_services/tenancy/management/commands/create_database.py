"""Create the database and the roles that the wall stands on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from psycopg import sql

from shared_services.tenancy.owner import owner_connection


class Command(BaseCommand):
    help = "Creates the product's database if it is missing. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        name = str(settings.DATABASES["default"]["NAME"])
        with owner_connection("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.stdout.write(f"Created database {name}.")
