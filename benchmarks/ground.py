"""The databases that the measured programs stand on, in the benchmark's own servers."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

ONE_SCHEMA = "guildhall_one_schema"
YARDSTICK = "yardstick"
LEAN = "yardstick_lean"
BARE = "yardstick_bare"


SMALL_COUNCIL = 2
"""The council with few open cases."""


def build_product() -> None:
    """The product's database with its reference data and two councils. Builds only what is missing."""
    from shared_services.tenancy import provisioning

    call_command("create_database")
    call_command("migrate_councils", workers=1)
    call_command("load_reference_data")
    provisioning.provision_shared_service([settings.BASE_HOST])
    for number, code in ((1, "BAB"), (SMALL_COUNCIL, "BAC")):
        provisioning.provision(
            number=number, name=f"Bench {number} Council", short_name=f"Bench {number}", slug=f"bench-{number}",
            code=code, hosts=[f"bench-{number}.{settings.BASE_HOST}"],
        )  # fmt: skip


def make_database(name: str, *, template: str = "template0") -> None:
    from shared_services.tenancy.owner import owner_connection

    connections.close_all()
    with owner_connection("postgres") as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for attempt in range(20):
            try:
                owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
                break
            except psycopg.errors.ObjectInUse:
                # A backend that is going, or the server's own vacuum, holds the template for a moment.
                if attempt == 19:
                    raise
                time.sleep(0.5)
        owner.execute(f"ALTER DATABASE \"{name}\" SET timezone = 'UTC'")


def copy_without_the_wall() -> None:
    """The product's database with the same rows, and no row-level security or trigger of the wall."""
    from shared_services.tenancy.owner import owner_connection

    make_database(ONE_SCHEMA, template=settings.DATABASES["default"]["NAME"])
    with owner_connection(ONE_SCHEMA) as owner:
        tables = owner.execute(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND c.relrowsecurity"
        ).fetchall()
        for (table,) in tables:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            owner.execute(f"DROP TRIGGER IF EXISTS keep_owner ON {table}")


def run_module(module: str, *arguments: str, settings_module: str) -> str:
    """Run a module of the benchmark as a process of its own with other settings; gives what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=settings.BASE_DIR, env={**os.environ, "DJANGO_SETTINGS_MODULE": settings_module},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def backends_of(database: str) -> list[int]:
    """The process numbers of the server's backends that serve one database."""
    from shared_services.tenancy.owner import owner_connection

    with owner_connection("postgres") as owner:
        rows = owner.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type IN ('client backend', 'parallel worker')",
            [database],
        ).fetchall()
    return [row[0] for row in rows]


def analyse(database: str) -> None:
    """Fresh statistics, so that no plan is made for empty tables."""
    from shared_services.tenancy.owner import owner_connection

    with owner_connection(database) as owner:
        owner.execute("VACUUM ANALYZE")
