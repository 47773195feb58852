"""Migrate every room: capture each migration's SQL on the template room, replay it in the others.

A room that fails keeps its error in the register while the others go on; running again takes up where it
stopped. Steps in Python run in each room, as the owner.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from django.apps import apps as live_apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState

from . import directory, wall
from .models import CapturedMigration, Council
from .owner import owner_connection, run_script
from .provisioning import COPIED_TABLES, TEMPLATE, release_head, room_rights

WORKERS = 2
LOCK_TIMEOUT = "3s"


@dataclass(frozen=True)
class Outcome:
    """What became of one room: how many migrations were replayed, or the error that stopped it."""

    key: str
    applied: int
    error: str = ""


def migrate_shared() -> None:
    """Migrate the shared schema, then write the wall over it."""
    wall.prepare_ground()
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    wall.apply()


def migrate_template() -> list[str]:
    """Apply what is pending to the template room, keeping each migration's SQL. Gives the names applied."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE}")
    connection.set_schema(TEMPLATE, include_public=False)
    try:
        executor = MigrationExecutor(connection)
        executor.recorder.ensure_schema()
        plan = [
            migration
            for migration, backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())
            if not backwards
        ]
        captured = []
        state = executor._create_project_state(with_applied_migrations=True)
        for migration in plan:
            captured.append((migration, _collect(migration, state.clone())))
            state = executor.apply_migration(state, migration)
        if plan:
            emit_post_migrate_signal(0, False, connection.alias, apps=live_apps, plan=[])
    finally:
        connection.set_schema_to_public()
    for migration, sql in captured:
        CapturedMigration.objects.update_or_create(
            app=migration.app_label, name=migration.name,
            defaults={"sql": sql, "python_steps": bool(_python_steps(migration)), "atomic": migration.atomic},
        )  # fmt: skip
    return [f"{migration.app_label}.{migration.name}" for migration in plan]


def _collect(migration: Any, state: Any) -> str:
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    return "\n".join(line for line in editor.collected_sql if not line.startswith("--"))


def _python_steps(migration: Any) -> list[RunPython]:
    steps: list[RunPython] = []
    for operation in migration.operations:
        if isinstance(operation, SeparateDatabaseAndState):
            steps.extend(op for op in operation.database_operations if isinstance(op, RunPython))
        elif isinstance(operation, RunPython):
            steps.append(operation)
    return steps


def migrate_room(key: str) -> Outcome:
    """Replay in one room what the template has and the room has not: one string, one transaction a migration."""
    applied = 0
    try:
        with owner_connection() as owner:
            pending = owner.execute(
                f"SELECT t.app, t.name, c.sql, c.python_steps, c.atomic FROM {TEMPLATE}.django_migrations t"
                "  JOIN public.tenancy_capturedmigration c USING (app, name)"
                f" WHERE NOT EXISTS (SELECT 1 FROM {key}.django_migrations m WHERE m.app = t.app AND m.name = t.name)"
                " ORDER BY t.id"
            ).fetchall()
            for app, name, sql, python_steps, atomic in pending:
                record = f"INSERT INTO {key}.django_migrations (app, name, applied) VALUES ('{app}', '{name}', now());"
                # Without public in the path a table that is missing fails, where it would else be public's.
                path = f"SET LOCAL search_path = \"{key}\"; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';"
                if not atomic:
                    _replay_statements(owner, key, sql, record)
                elif python_steps:
                    _replay_in_python(key, app, name)
                else:
                    run_script(owner, f"BEGIN; {path}\n{sql}\n{record} COMMIT;")
                applied += 1
            if pending:
                run_script(owner, _copy_rows(key))
    except Exception as problem:
        return Outcome(key, applied, f"{type(problem).__name__}: {problem}")
    return Outcome(key, applied)


def _replay_statements(owner: psycopg.Connection, key: str, sql: str, record: str) -> None:
    run_script(owner, f"SET search_path = \"{key}\"; SET lock_timeout = '{LOCK_TIMEOUT}'")
    for statement in sql.split(";\n"):
        if statement.strip().strip(";"):
            run_script(owner, statement)
    run_script(owner, f"{record} RESET search_path; RESET lock_timeout")


def _replay_in_python(key: str, app: str, name: str) -> None:
    """A migration with Python steps runs whole, by Django itself, in the room's schema."""
    connection.set_schema(key, include_public=False)
    try:
        executor = MigrationExecutor(connection)
        migration = executor.loader.graph.nodes[(app, name)]
        state = executor._create_project_state(with_applied_migrations=True)
        executor.apply_migration(state, migration)
    finally:
        connection.set_schema_to_public()


def _copy_rows(key: str) -> str:
    copies = "".join(
        f"INSERT INTO {key}.{table} SELECT * FROM {TEMPLATE}.{table} ON CONFLICT DO NOTHING;"
        for table in COPIED_TABLES
        if table != "django_migrations"
    )
    return f"BEGIN; {copies} {room_rights(key)} COMMIT;"


def migrate_rooms(*, workers: int = WORKERS) -> list[Outcome]:
    """Bring every room to the template's release, some at a time; write each one's state into the register."""
    head = release_head()
    behind = [
        council.schema_name
        for council in Council.objects.filter(state=Council.State.LIVE).exclude(
            release_head=head, release_state=Council.Release.CURRENT
        )
    ]
    with_python = CapturedMigration.objects.filter(python_steps=True).exists()
    if with_python or workers < 2:
        outcomes = [migrate_room(key) for key in behind]
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            outcomes = list(pool.map(migrate_room, behind))
    for outcome in outcomes:
        Council.objects.filter(schema_name=outcome.key).update(
            release_state=Council.Release.FAILED if outcome.error else Council.Release.CURRENT,
            release_head="" if outcome.error else head,
            release_error=outcome.error,
        )
    directory.forget()
    return outcomes
