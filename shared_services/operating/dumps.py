"""A room's tables as a file, and back: pg_dump's own format, replayed within a transaction that is open.

Everything here runs as the schema's owner, in its worker.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from shared_services.tenancy import wall
from shared_services.tenancy.provisioning import pg_environment, pg_options, pg_program, replayable

COPIED = re.compile(rb'COPY (?:\w+)\."?(\w+)"? \(')
END_OF_ROWS = b"\\.\n"
Figures = dict[str, list[Any]]
"""By table: how many rows, and a hash of all of them that does not depend on their order."""


class BrokenDump(Exception):
    """A program of PostgreSQL could not write or read a dump."""


@contextmanager
def snapshot(owner: psycopg.Connection) -> Iterator[str]:
    """One instant of the database that several connections can look at; gives its name."""
    owner.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        row = owner.execute("SELECT pg_export_snapshot()").fetchone()
        yield str(row[0]) if row else ""
    finally:
        owner.execute("ROLLBACK")


def dump_room(key: str, to: Path, *, at: str) -> None:
    """Write one room's schema and rows, as they were at a snapshot."""
    _run(
        "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--schema={key}",
        f"--snapshot={at}", f"--file={to}", *pg_options(), str(settings.DATABASES["default"]["NAME"]),
    )  # fmt: skip


def dump_shared_rows(owner: psycopg.Connection, number: int, folder: Path) -> dict[str, int]:
    """Write a council's own rows of the shared tables as CSV, a file a table; gives how many each has."""
    counts = {}
    for model in wall.pooled_models():
        table = model._meta.db_table
        rows = sql.SQL("SELECT * FROM public.{} WHERE owner_id = {}").format(sql.Identifier(table), sql.Literal(number))
        found = owner.execute(sql.SQL("SELECT count(*) FROM ({}) mine").format(rows)).fetchone()
        if not found or not found[0]:
            continue
        counts[table] = int(found[0])
        copied = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(rows)
        with (folder / f"{table}.csv").open("wb") as file, owner.cursor() as cursor, cursor.copy(copied) as copy:
            for part in copy:
                file.write(part)
    return counts


def figures_of(owner: psycopg.Connection, schema: str) -> Figures:
    """Rows and hash of every table of a schema. Reads every row, in memory that does not grow with them."""
    names = owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY relname",
        [schema],
    ).fetchall()
    with owner.transaction():
        owner.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'")
        return {str(name): _figures(owner, sql.Identifier(schema, name)) for (name,) in names}


def _figures(owner: psycopg.Connection, table: sql.Identifier) -> list[Any]:
    row = owner.execute(
        sql.SQL(
            "SELECT count(*), coalesce(sum(('x' || left(h, 15))::bit(60)::bigint), 0)::text,"
            " coalesce(sum(('x' || right(h, 15))::bit(60)::bigint), 0)::text FROM (SELECT md5(t::text) h FROM {} t) s"
        ).format(table)
    ).fetchone()
    assert row is not None
    return [row[0], hashlib.sha256(f"{row[1]} {row[2]}".encode()).hexdigest()[:32]]


def replay_tables(owner: psycopg.Connection, dump: Path, key: str) -> None:
    """The room's types, functions and bare tables, in a schema that is there and empty."""
    owner.execute(_script(dump, key, "pre-data"))


def replay_rows(owner: psycopg.Connection, dump: Path, *, leave_out: Collection[str] = ()) -> None:
    """The rows of the tables, row by row as they are read, and where the sequences stood."""
    command = [pg_program("pg_restore"), "--section=data", "--no-owner", "--no-privileges", "--file=-", str(dump)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=pg_environment()) as reader:
        assert reader.stdout is not None and reader.stderr is not None
        lines = iter(reader.stdout)
        for line in lines:
            if found := COPIED.match(line):
                rows = iter(lambda: next(lines), END_OF_ROWS)
                if found[1].decode() in leave_out:
                    for _ in rows:
                        pass
                    continue
                with owner.cursor() as cursor, cursor.copy(line.rstrip(b";\n")) as copy:
                    for row in rows:
                        copy.write(row)
            elif line.startswith(b"SELECT pg_catalog.setval"):
                owner.execute(line)
        said = reader.stderr.read().decode(errors="replace")
    if reader.returncode:
        raise BrokenDump(f"pg_restore could not read the rows: {said.strip()[:200]}")


def replay_keys(owner: psycopg.Connection, dump: Path, key: str) -> None:
    """Indexes, keys and triggers, once the rows are in."""
    owner.execute(_script(dump, key, "post-data"))


def _script(dump: Path, key: str, section: str) -> bytes:
    done = _run("pg_restore", f"--section={section}", "--no-owner", "--no-privileges", "--file=-", str(dump))
    return replayable(done, key).encode()


def _run(program: str, *options: str) -> str:
    done = subprocess.run(
        [pg_program(program), *options], check=False, capture_output=True, text=True, env=pg_environment()
    )
    if done.returncode:
        raise BrokenDump(f"{program} failed: {done.stderr.strip()[:200]}")
    return done.stdout
