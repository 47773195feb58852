"""Give a council its room: replay the template's schema in one transaction, then its first rows."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from . import directory, wall
from .door import inside_council
from .models import FIRST_SANDBOX_NUMBER, SHARED_SERVICE_NUMBER, Council, CouncilHost, RegisteredCouncil
from .owner import owner_connection, run_script

TEMPLATE = "room_template"
COPIED_TABLES = ("django_migrations", "django_content_type", "auth_permission")
"""Rows that every room has with the same keys as the template."""


def pg_program(name: str) -> str:
    bin_dir = settings.POSTGRES.bin_dir
    return str(Path(bin_dir) / name) if bin_dir else name


def pg_options() -> list[str]:
    """How the programs of PostgreSQL reach the server as the schema's owner."""
    at = settings.POSTGRES
    return [f"--host={at.host}", *([f"--port={at.port}"] if at.port else []), f"--username={at.owner}"]


def pg_environment() -> dict[str, str]:
    return {"PGPASSWORD": settings.POSTGRES.password or "", "PATH": "/usr/bin:/bin"}


def template_dump() -> str:
    """The template room's schema as pg_dump writes it, without owners and grants."""
    done = subprocess.run(
        [
            pg_program("pg_dump"), "--schema-only", "--no-owner", "--no-privileges", "--no-comments",
            f"--schema={TEMPLATE}", *pg_options(), settings.DATABASES["default"]["NAME"],
        ],
        check=False, capture_output=True, text=True, env=pg_environment(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"pg_dump of the template room failed: {done.stderr.strip()}")
    return done.stdout


def replayable(dump: str, schema: str) -> str:
    """A dump's statements as they run within a transaction that is open, without the one that makes the schema.

    Nor is row security put off for the rest of the transaction: an owner that is no superuser could then not read the
    shared tables.
    """
    lines = []
    for line in dump.splitlines():
        if line.startswith(("\\restrict", "\\unrestrict", "--", "SELECT pg_catalog.set_config", "SET row_security")):
            continue
        if line.startswith(f"CREATE SCHEMA {schema}"):
            continue
        lines.append(re.sub(r"^SET ", "SET LOCAL ", line))
    return "\n".join(line for line in lines if line.strip())


@lru_cache(maxsize=1)
def room_script(release: str) -> str:
    """The template's schema as a script with {room} for the room's key; rendered once per release head."""
    script = replayable(template_dump(), TEMPLATE)
    return re.sub(rf"\b{TEMPLATE}\b", "{room}", script.replace("{", "{{").replace("}", "}}"))


def release_head(owner: psycopg.Connection | None = None) -> str:
    """A fingerprint of the migrations applied to the template room."""
    if owner is None:
        with owner_connection() as owner:
            return release_head(owner)
    row = owner.execute(
        f"SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM {TEMPLATE}.django_migrations"
    ).fetchone()
    return row[0] if row and row[0] else ""


def room_rights(key: str) -> str:
    """What a room's role may do in its own schema, beyond the defaults given at creation."""
    read_only = ["django_migrations", "django_content_type", "auth_permission", *wall.tables_written_by_database()]
    statements = [f'REVOKE INSERT, UPDATE, DELETE ON {key}."{table}" FROM {key};' for table in read_only]
    statements += [f'REVOKE UPDATE, DELETE ON {key}."{table}" FROM {key};' for table in wall.append_only_tables()]
    statements.append(f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {key} FROM PUBLIC;")
    statements += [f"GRANT EXECUTE ON FUNCTION {key}.{name} TO {key};" for name in wall.room_functions()]
    return "\n".join(statements)


def empty_schema(key: str) -> str:
    """A room's schema with nothing in it, whose tables will be its role's to use."""
    return "\n".join(
        [
            f"CREATE SCHEMA {key};",
            f"GRANT USAGE ON SCHEMA {key} TO {key};",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {key} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {key};",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {key} GRANT USAGE ON SEQUENCES TO {key};",
        ]
    )


def creation_statements(key: str, head: str) -> str:
    """Everything that makes a room, as one string to be run within one transaction."""
    copies = "\n".join(f"INSERT INTO {key}.{table} SELECT * FROM {TEMPLATE}.{table};" for table in COPIED_TABLES)
    sequences = "\n".join(
        f"SELECT setval('{key}.{table}_id_seq', greatest(1, (SELECT coalesce(max(id), 1) FROM {key}.{table})));"
        for table in COPIED_TABLES
    )
    return "\n".join(
        [
            wall.create_role_sql(key, settings.ROLE_PASSWORD(key)),
            empty_schema(key),
            room_script(head).format(room=key),
            copies,
            sequences,
            room_rights(key),
            f"UPDATE public.tenancy_council SET release_state = 'current', release_head = '{head}', release_error = ''"
            f" WHERE number = {int(key[1:])};",
        ]
    )


def room_exists(owner: psycopg.Connection, key: str) -> bool:
    return owner.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [key]).fetchone() is not None


def create_room(key: str, head: str | None = None) -> None:
    """Create the schema and role of a room. Does nothing if the room stands already."""
    with owner_connection() as owner:
        if room_exists(owner, key):
            return
        run_script(owner, f"BEGIN; {creation_statements(key, head or release_head(owner))} COMMIT;")


def create_room_within(key: str) -> None:
    """Create the schema and role of a room in the transaction that is open, and take them back with it."""
    with connection.cursor() as cursor:
        cursor.execute(creation_statements(key, release_head()))


def next_number() -> int:
    """The number of the next council: numbers are never reused, so those that have left count too."""
    councils = Council.objects.filter(number__lt=FIRST_SANDBOX_NUMBER)
    return (councils.aggregate(last=Max("number"))["last"] or SHARED_SERVICE_NUMBER) + 1


def load_first_rows(council: Council) -> None:
    """Let each app put in the rows that a new room starts with. May run again: loaders add only what is missing."""
    with inside_council(council):
        for config in apps.get_app_configs():
            name = f"{config.name}.reference_data"
            if config.name.startswith(("councils.", "shared_services.")) and find_spec(name):
                loader = getattr(import_module(name), "load_room", None)
                if loader is not None:
                    loader(council)


def provision(
    *, number: int, name: str, short_name: str, slug: str, code: str, hosts: list[str],
    colour: str = "#1d4f91", registered: RegisteredCouncil | None = None,
) -> Council:  # fmt: skip
    """Register a council, create its room and fill in its first rows. Running it again changes nothing."""
    council, _ = Council.objects.update_or_create(
        number=number,
        defaults={
            "schema_name": f"c{number:04d}", "name": name, "short_name": short_name, "slug": slug, "code": code,
            "colour": colour, "registered": registered,
            "domain": registered.website_domain if registered else "",
        },
        create_defaults={
            "schema_name": f"c{number:04d}", "name": name, "short_name": short_name, "slug": slug, "code": code,
            "colour": colour, "registered": registered, "joined_on": timezone.localdate(),
            "domain": registered.website_domain if registered else "",
        },
    )  # fmt: skip
    for place, host in enumerate(hosts):
        CouncilHost.objects.update_or_create(domain=host, defaults={"tenant": council, "is_primary": place == 0})
    create_room(council.schema_name)
    directory.forget()
    load_first_rows(council)
    return council


def provision_shared_service(hosts: list[str]) -> Council:
    return provision(
        number=SHARED_SERVICE_NUMBER, name="Guildhall shared service", short_name="Shared service",
        slug="shared", code="GH", hosts=hosts, colour="#0b6e4f",
    )  # fmt: skip
