"""Restoring a council's room from one of its backups, and restoring one on trial."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy import directory
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.fingerprint import lines_of
from shared_services.tenancy.migrating import Plan, pending_in, replay_of
from shared_services.tenancy.owner import owner_connection
from shared_services.tenancy.provisioning import TEMPLATE, empty_schema, release_head, room_rights

from .. import dumps, shelves
from ..models import Backup, Operation
from .backing_up import take_backup
from .doing import LOCK_TIMEOUT, finish, hold_writers, lock_room

CARRIED_OVER = ("audit_auditentry", "audit_chainlink", "audit_waitingline", "audit_witnessedhead", "audit_verification")
"""The record of who did what is never set back: partners hold copies of its heads, and it tells of the restore itself."""
EMPTIED = ("django_session", "usersessions_usersession", "api_apitoken", "api_storedanswer", "setting_up_scimkey")
"""A session, token or key that ended since must not open the room again: everybody signs in anew."""


class NotTheSame(NotAllowed):
    """What was restored is not what the backup recorded. Trying again would find the same, so it is tried once."""


def do_restore(operation: Operation, board: StepBoard) -> None:
    """Put a backup in the place of the room's tables, in one transaction, after a backup of the present."""
    backup, council = _backup_of(operation), operation.council
    with board.step("check"):
        folder, manifest = shelves.open_backup(council.schema_name, backup.folder, backup.manifest_digest)
        check_release(manifest)
    with transaction.atomic():
        lock_room(operation)
        hold_writers(council.schema_name)
        # What is saved from here on waits, so that nothing falls between the backup of the present and the restore.
        before = take_backup(council, board)
        raw = _raw()
        with board.step("replace"):
            _replace(raw, council.schema_name, folder / shelves.DUMP)
        with board.step("audit"):
            _carry_over(raw, council.schema_name)
        with board.step("compare"):
            found = dumps.figures_of(raw, council.schema_name)
            check_figures(manifest["room"], found, but_for=(*CARRIED_OVER, *EMPTIED))
        with board.step("build"):
            _migrate(raw, council.schema_name)
            check_build(council.schema_name, raw)
        with board.step("record"):
            put = shelves.put_files_back(council.schema_name, manifest["files"])
            finish(
                operation, backup=backup.folder, taken_at=backup.taken_at, before=before.folder, tables=len(found),
                rows=sum(count for count, _ in found.values()), files_put_back=put,
            )  # fmt: skip
    directory.forget()


def do_drill(operation: Operation, board: StepBoard) -> None:
    """Restore the latest backup into a database beside, compare it table by table, and remove it."""
    backup, key = _backup_of(operation), operation.council.schema_name
    began = time.monotonic()
    with board.step("check"):
        folder, manifest = shelves.open_backup(key, backup.folder, backup.manifest_digest)
    with _scratch_database(key) as scratch:
        with board.step("restore"), scratch.transaction():
            scratch.execute(f"CREATE SCHEMA {key}")
            _replay(scratch, folder / shelves.DUMP, key)
        with board.step("compare"):
            found = dumps.figures_of(scratch, key)
            check_figures(manifest["room"], found)
        with board.step("build"):
            # An older release is built otherwise; that it can be brought to this one is tried in the restore itself.
            lines = lines_of_scratch(scratch, key) if manifest["release"] == release_head() else set()
            if lines and lines != lines_of(TEMPLATE):
                raise NotTheSame("The restored tables are not built like those of a new council.")
    finish(
        operation, backup=backup.folder, taken_at=backup.taken_at, tables=len(found),
        rows=sum(count for count, _ in found.values()), lines_compared=len(lines),
        seconds=round(time.monotonic() - began, 1),
    )  # fmt: skip


def check_figures(wanted: dumps.Figures, found: dumps.Figures, *, but_for: tuple[str, ...] = ()) -> None:
    """Raise NotTheSame, naming tables and no values, where rows or hashes differ."""
    wanted = {name: list(each) for name, each in wanted.items() if name not in but_for}
    found = {name: list(each) for name, each in found.items() if name not in but_for}
    differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if differing:
        raise NotTheSame(f"These tables differ from the backup: {', '.join(differing[:10])}.")


def check_build(key: str, raw: psycopg.Connection) -> None:
    differing = lines_of(key, raw) ^ lines_of(TEMPLATE, raw)
    if differing:
        raise NotTheSame(
            f"The restored tables are not built like those of a new council: {len(differing)} lines differ."
        )


def lines_of_scratch(scratch: psycopg.Connection, key: str) -> set[str]:
    with scratch.transaction():
        return lines_of(key, scratch)


def check_release(manifest: dict[str, Any]) -> None:
    """Refuse a backup of an earlier release whose changes since cannot be replayed with it."""
    plan, known = Plan.of_template(), set(manifest["migrations"])
    missing = [step for step in plan.steps if f"{step.app}.{step.name}" not in known]
    if replay_of(missing, "c0000", plan.head) is None:
        raise NotAllowed(
            "This backup is of an earlier release, and a change since then runs as a program in each council, so that it "
            "cannot be replayed with a restore. Choose a later backup.",
            code="release",
        )


def _replace(raw: psycopg.Connection, key: str, dump: Path) -> None:
    for table in CARRIED_OVER:
        raw.execute(_ddl("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT * FROM {}", f"held_{table}", (key, table)))
    raw.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    raw.execute(f"DROP SCHEMA {key} CASCADE")
    raw.execute("SET LOCAL lock_timeout = 0")
    raw.execute(empty_schema(key))
    _replay(raw, dump, key, leave_out=(*CARRIED_OVER, *EMPTIED))
    raw.execute(room_rights(key))


def _replay(owner: psycopg.Connection, dump: Path, key: str, *, leave_out: tuple[str, ...] = ()) -> None:
    dumps.replay_tables(owner, dump, key)
    dumps.replay_rows(owner, dump, leave_out=leave_out)
    dumps.replay_keys(owner, dump, key)


def _carry_over(raw: psycopg.Connection, key: str) -> None:
    """The lines of the record as they are: the triggers that bind new lines rest meanwhile."""
    for table in CARRIED_OVER:
        raw.execute(_ddl("ALTER TABLE {} DISABLE TRIGGER USER", (key, table)))
        raw.execute(_ddl("INSERT INTO {} SELECT * FROM {}", (key, table), f"held_{table}"))
        # Keys that wait for the end of the transaction would keep the table from being altered.
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        raw.execute(_ddl("ALTER TABLE {} ENABLE TRIGGER USER", (key, table)))


def _migrate(raw: psycopg.Connection, key: str) -> None:
    """Bring a room of an earlier release to this one, in the transaction that is open."""
    plan = Plan.of_template()
    if pending := pending_in(raw, key, plan):
        raw.execute((replay_of(pending, key, plan.head) or "").encode())
        connection.set_schema_to_public()  # type: ignore[attr-defined]


@contextmanager
def _scratch_database(key: str) -> Iterator[psycopg.Connection]:
    """An empty database on the same server, removed afterwards. One that a killed drill left goes first."""
    name = sql.Identifier(f"{settings.DATABASES['default']['NAME']}_drill_{key}"[:63])
    with owner_connection("postgres") as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        try:
            with owner_connection(str(name.as_string(server)).strip('"')) as scratch:
                yield scratch
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def _ddl(statement: Any, *names: str | tuple[str, str]) -> sql.Composed:
    parts = [sql.Identifier(*name) if isinstance(name, tuple) else sql.Identifier(name) for name in names]
    return sql.SQL(statement).format(*parts)


def _raw() -> psycopg.Connection:
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection  # type: ignore[assignment]
    return raw


def _backup_of(operation: Operation) -> Backup:
    if operation.backup is None:
        raise NotAllowed("No backup was chosen.")
    return operation.backup
