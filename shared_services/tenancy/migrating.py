"""Migrate every room: capture each migration's SQL on the template room, replay it in the others.

A room that fails keeps its error in the register while the others go on; running again takes up where it
stopped. Steps in Python run in each room, as the owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import md5
from operator import itemgetter
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
ROOMS_A_CONNECTION = 100
"""A backend's catalogue grows with the rooms it has seen, so it is let go after at most these."""
ROOMS_A_ROUND_TRIP = 25
SHARED_ROWS = tuple(table for table in COPIED_TABLES if table != "django_migrations")
"""Rows that a room has from the template: a migration's new tables bring new ones."""


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
        follows = _what_follows() if plan else ""
    finally:
        connection.set_schema_to_public()
    if captured:
        last, sql = captured[-1]
        captured[-1] = (last, "\n".join(part for part in (sql, follows) if part))
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


def _what_follows() -> str:
    """Let the apps put in what follows from the migrations, and give the SQL that brings it to a room."""
    before = _count_shared_rows()
    emit_post_migrate_signal(0, False, connection.alias, apps=live_apps, plan=[])
    return "" if _count_shared_rows() == before else _copy_shared_rows()


def _count_shared_rows() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {TEMPLATE}.{table})' for table in SHARED_ROWS)}")
        return tuple(cursor.fetchone())


def _copy_shared_rows() -> str:
    """For a room whose schema is the search path."""
    return "\n".join(
        f"INSERT INTO {table} SELECT * FROM {TEMPLATE}.{table} ON CONFLICT DO NOTHING;" for table in SHARED_ROWS
    )


def _python_steps(migration: Any) -> list[RunPython]:
    steps: list[RunPython] = []
    for operation in migration.operations:
        if isinstance(operation, SeparateDatabaseAndState):
            steps.extend(op for op in operation.database_operations if isinstance(op, RunPython))
        elif isinstance(operation, RunPython):
            steps.append(operation)
    return steps


@dataclass(frozen=True)
class Plan:
    """What the template has: its migrations in order, with their SQL."""

    head: str
    steps: tuple[CapturedMigration, ...]
    since: dict[str, list[CapturedMigration]] = field(default_factory=dict)
    """Each release that the template has been at -> what a room lacks that is at it still."""

    @classmethod
    def of_template(cls) -> Plan:
        with owner_connection() as owner:
            order = owner.execute(
                f"SELECT app, name, row_number() OVER (ORDER BY app, name) FROM {TEMPLATE}.django_migrations ORDER BY id"
            ).fetchall()
            head = release_head(owner)
        captured = {(step.app, step.name): step for step in CapturedMigration.objects.all()}
        steps = [captured.get((app, name)) for app, name, _ in order]
        since = {
            _head_of(order[:place]): [step for step in steps[place:] if step is not None]
            for place in range(1, len(order) + 1)
        }
        return cls(head, tuple(step for step in steps if step is not None), since)


def _head_of(order: Sequence[tuple[str, str, int]]) -> str:
    """What `release_head` gave when the template had these migrations, each with its place in the database's order."""
    names = [f"{app}.{name}" for app, name, _ in sorted(order, key=itemgetter(2))]
    return md5(",".join(names).encode(), usedforsecurity=False).hexdigest()


def pending_in(owner: psycopg.Connection, key: str, plan: Plan) -> list[CapturedMigration]:
    """What the template has and a room has not, in the template's order."""
    row = owner.execute(f"SELECT string_agg(app || '.' || name, ' ') FROM {key}.django_migrations").fetchone()
    known = set((row and row[0] or "").split())
    return [step for step in plan.steps if f"{step.app}.{step.name}" not in known]


def migrate_room(key: str, plan: Plan, owner: psycopg.Connection, pending: list[CapturedMigration]) -> Outcome:
    """Replay in one room what is pending: a transaction a migration, all in one round trip where the steps allow it."""
    script: list[str] = []
    try:
        for step in pending:
            if _is_plain(step):
                script += _transaction(key, step)
                continue
            _run(owner, script)
            if step.python_steps:
                _replay_in_python(key, step.app, step.name)
            else:
                _replay_statements(owner, key, step.sql, _record(key, step))
        _run(owner, _to_the_end(key, script, pending, plan))
    except Exception as problem:
        left = pending_in(owner, key, plan) if not owner.broken else pending
        return Outcome(key, len(pending) - len(left), f"{type(problem).__name__}: {problem}")
    return Outcome(key, len(pending))


def _is_plain(step: CapturedMigration) -> bool:
    """Whether a migration is SQL alone, in one transaction."""
    return step.atomic and not step.python_steps


def _transaction(key: str, step: CapturedMigration) -> list[str]:
    # Without public in the path a table that is missing fails, where it would else be public's.
    path = f"SET LOCAL search_path = \"{key}\"; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';"
    return [f"BEGIN; {path}\n{step.sql}\n{_record(key, step)}", "COMMIT;"]


def _record(key: str, step: CapturedMigration) -> str:
    """Keep that a room has a migration. A division by zero stops the transaction of one that has it already."""
    known = f"EXISTS (SELECT 1 FROM {key}.django_migrations WHERE app = '{step.app}' AND name = '{step.name}')"
    return (
        f"INSERT INTO {key}.django_migrations (app, name, applied)"
        f" SELECT '{step.app}', '{step.name}', now() WHERE 1 / (NOT {known})::int = 1;"
    )


def _to_the_end(key: str, script: list[str], pending: list[CapturedMigration], plan: Plan) -> list[str]:
    """The last migration, what follows from it and the register's word are one transaction."""
    last = [_in_line(key, pending), _now_current(key, plan.head), "COMMIT;"]
    return [*script[:-1], *last] if script else ["BEGIN;", *last]


def _migrate_as_registered(heads: dict[str, str], plan: Plan, owner: psycopg.Connection) -> list[Outcome]:
    """Replay in several rooms, in one round trip, what the register says they lack: a transaction a migration still.

    The server stops at the first room that does not take it. Gives the rooms before that; the others, and those
    whose steps are not plain SQL, are left to be asked what they lack.
    """
    known = {key: plan.since[head] for key, head in heads.items() if head in plan.since}
    pending = {key: steps for key, steps in known.items() if all(map(_is_plain, steps))}
    script: list[str] = []
    for key, steps in pending.items():
        script += _to_the_end(key, [part for step in steps for part in _transaction(key, step)], steps, plan)
    try:
        _run(owner, script)
    except psycopg.Error:
        done = _current_of(list(pending), plan, owner)
        return [Outcome(key, len(pending[key])) for key in done]
    return [Outcome(key, len(steps)) for key, steps in pending.items()]


def _current_of(keys: list[str], plan: Plan, owner: psycopg.Connection) -> list[str]:
    """Those of some rooms that are at the template's release, by the register as it stands in the database."""
    if owner.broken:
        return []
    rows = owner.execute(
        "SELECT schema_name FROM public.tenancy_council WHERE schema_name = ANY(%s) AND release_head = %s"
        " AND release_state = 'current'",
        [keys, plan.head],
    )
    return [row[0] for row in rows.fetchall()]


def _migrate_as_it_stands(
    key: str, plan: Plan, owner: psycopg.Connection, *, leave_python: bool = False
) -> Outcome | None:
    """Ask a room what it lacks and replay that. Gives None where steps in Python are left to the caller's thread."""
    try:
        pending = pending_in(owner, key, plan)
    except psycopg.Error as problem:
        return Outcome(key, 0, f"{type(problem).__name__}: {problem}")
    if leave_python and any(step.python_steps for step in pending):
        return None
    return migrate_room(key, plan, owner, pending)


def replay_of(pending: list[CapturedMigration], key: str, head: str) -> str | None:
    """What brings one room to the template's release within a transaction; None where a step needs one of its own."""
    if not all(map(_is_plain, pending)):
        return None
    script = [f'SET LOCAL search_path = "{key}";']
    for step in pending:
        script += [step.sql, _record(key, step)]
    return "\n".join([*script, _in_line(key, pending), _now_current(key, head)])


def _run(owner: psycopg.Connection, script: list[str]) -> None:
    if script:
        run_script(owner, "\n".join(script))
        script.clear()


def _in_line(key: str, pending: list[CapturedMigration]) -> str:
    """Rights on new tables, and the rows that a room shares with the template where the migrations do not bring them."""
    if pending and not any("CREATE TABLE" in step.sql or step.python_steps for step in pending):
        return ""
    return f'SET LOCAL search_path = "{key}"; {_copy_shared_rows()} {room_rights(key)}'


def _now_current(key: str, head: str) -> str:
    return (
        f"UPDATE public.tenancy_council SET release_state = '{Council.Release.CURRENT}', release_head = '{head}',"
        f" release_error = '' WHERE schema_name = '{key}';"
    )


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


def migrate_rooms(*, workers: int = WORKERS) -> list[Outcome]:
    """Bring every room to the template's release, some at a time; write each one's state into the register."""
    plan = Plan.of_template()
    live = Council.objects.filter(state__in=Council.KEPT).order_by("number")
    behind = live.exclude(release_head=plan.head, release_state=Council.Release.CURRENT)
    heads = dict(behind.values_list("schema_name", "release_head"))
    keys = list(heads)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        done = list(
            pool.map(lambda part: _migrate_some({key: heads[key] for key in part}, plan), _portions(keys, workers))
        )
    outcomes = {outcome.key: outcome for part in done for outcome in part}
    for key in keys:
        # Steps in Python run on Django's own connection, which belongs to this thread.
        if key not in outcomes:
            with owner_connection() as owner:
                outcome = _migrate_as_it_stands(key, plan, owner)
            if outcome is not None:
                outcomes[key] = outcome
    for outcome in outcomes.values():
        if outcome.error:
            Council.objects.filter(schema_name=outcome.key).update(
                release_state=Council.Release.FAILED, release_head="", release_error=outcome.error
            )
    directory.forget()
    return [outcomes[key] for key in keys]


def _portions(keys: list[str], workers: int) -> list[list[str]]:
    """The rooms in equal parts, as many to each worker, none too long for one connection."""
    rounds = -(-len(keys) // (workers * ROOMS_A_CONNECTION)) or 1
    size = -(-len(keys) // (workers * rounds)) or 1
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _migrate_some(heads: dict[str, str], plan: Plan) -> list[Outcome]:
    """Some rooms, each with the release it is at by the register, on one connection; those with a step in Python are left out.

    The disk is waited for once, after the last room. A server that stops before that forgets the latest rooms
    together with their word in the register, so running again takes them up.
    """
    with owner_connection() as owner:
        owner.execute("SET synchronous_commit = off")
        outcomes: list[Outcome | None] = []
        keys = list(heads)
        for first in range(0, len(keys), ROOMS_A_ROUND_TRIP):
            together = {key: heads[key] for key in keys[first : first + ROOMS_A_ROUND_TRIP]}
            outcomes += (done := _migrate_as_registered(together, plan, owner))
            for key in together.keys() - {outcome.key for outcome in done}:
                outcomes.append(_migrate_as_it_stands(key, plan, owner, leave_python=True))
        if not owner.broken:
            owner.execute("SET synchronous_commit = on")
            owner.execute("SELECT pg_logical_emit_message(true, 'guildhall', 'rooms migrated')")
    return [outcome for outcome in outcomes if outcome is not None]
