"""The tables and the raw SQL, tried from inside the wrong council's connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings

from .attempts import Book
from .planting import MARKS, Planted, every_common_table, every_pooled_table, every_private_table


def connect_as(role: str) -> psycopg.Connection:
    """A plain connection as a role: no code of the product between the attacker and the server."""
    at = settings.POSTGRES
    return psycopg.connect(
        dbname=settings.DATABASES["default"]["NAME"], host=at.host or None, port=at.port or None, user=role,
        password=settings.ROLE_PASSWORD(role), autocommit=True,
    )  # fmt: skip


def try_sql(connection: psycopg.Connection, statement: str) -> tuple[list[Any] | None, int, str]:
    """Rows, row count and the server's answer to one statement; a refusal gives no rows and its message."""
    try:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        rows = cursor.fetchall() if cursor.description else []
        return rows, cursor.rowcount, f"{len(rows)} rows" if cursor.description else f"{cursor.rowcount} rows changed"
    except psycopg.Error as refusal:
        if connection.closed:
            raise
        return None, 0, str(refusal).splitlines()[0]


def try_tables(book: Book, planted: list[Planted], attackers: list[int], victims: list[int]) -> None:
    """Read, add, change, remove and empty every table of a victim, as every attacker, as the portal and the dispatcher."""
    roles = {f"c{number:04d}": number for number in attackers} | {"portal": -1, "dispatcher": -1}
    for role, number in roles.items():
        with connect_as(role) as connection:
            for victim in victims:
                if victim == number:
                    continue
                for table in every_private_table():
                    _try_private(book, connection, role, f'c{victim:04d}."{table}"')
                for row in planted:
                    if row.pooled and row.room == victim:
                        _try_pooled(book, connection, role, row)
            for table, keeper in every_common_table():
                _try_common(book, connection, role, table, keeper)


def _try_private(book: Book, connection: psycopg.Connection, role: str, table: str) -> None:
    for statement in (
        f"SELECT * FROM {table} LIMIT 1", f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}",
        f"TRUNCATE {table}", f"LOCK TABLE {table}", f"CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION now()",
    ):  # fmt: skip
        rows, _, answer = try_sql(connection, statement)
        book.judge("private tables", role, statement, answer, leak=rows is not None)


def _try_pooled(book: Book, connection: psycopg.Connection, role: str, row: Planted) -> None:
    table, key = f'public."{row.table}"', f"id = '{row.pk}'"
    mark = MARKS[row.room]
    if role == "dispatcher" and apps.get_model(row.label).dispatcher_may:
        # The relay reads keys of every council and marks them sent: what it may not do is give a row away.
        for verb, change in (("take over", "owner_id = (owner_id + 1) % 3"), ("join", "parts = '{7}'")):
            _, count, answer = try_sql(connection, f"UPDATE {table} SET {change} WHERE {key}")
            book.judge("pooled tables", role, f"{verb} {row.label}", answer, leak=count > 0)
        return
    rows, _, answer = try_sql(connection, f"SELECT t.* FROM {table} t WHERE {key}")
    book.judge("pooled tables", role, f"read {row.label}", answer, leak=bool(rows))
    rows, _, answer = try_sql(connection, f"SELECT t::text FROM {table} t")
    book.judge("pooled tables", role, f"scan {row.label}", answer, leak=any(mark in r[0] for r in rows or []))
    for verb, statement in (
        ("take over", f"UPDATE {table} SET owner_id = owner_id WHERE {key}"),
        (
            "join",
            f"UPDATE {table} SET parts = ARRAY[{int(role[1:]) if role[1:].isdigit() else 0}]::smallint[] WHERE {key}",
        ),
        ("remove", f"DELETE FROM {table} WHERE {key}"),
        ("lock", f"SELECT 1 FROM {table} WHERE {key} FOR UPDATE"),
    ):
        rows, count, answer = try_sql(connection, statement)
        book.judge("pooled tables", role, f"{verb} {row.label}", answer, leak=count > 0)
    _, count, answer = try_sql(connection, f"TRUNCATE {table}")
    book.judge("pooled tables", role, f"empty {row.label}", answer, leak=answer.endswith("changed"))
    # A row in another's name. Only the declared inserts of the shared service are allowed, and they carry its part.
    copy = (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, jsonb_build_object('id', gen_random_uuid(),"
        f" 'owner_id', {row.room}, 'parts', '{{}}'::smallint[]))).*"
    )
    rows, count, answer = try_sql(connection, copy)
    book.judge("pooled tables", role, f"add {row.label} in another's name", answer, leak=count > 0)


def _try_common(book: Book, connection: psycopg.Connection, role: str, table: str, keeper: str) -> None:
    if role == "c0000" and keeper == "shared_service":
        return
    for statement in (
        f'INSERT INTO public."{table}" DEFAULT VALUES',
        f'DELETE FROM public."{table}"',
        f'TRUNCATE public."{table}"',
    ):
        rows, _, answer = try_sql(connection, statement)
        book.judge("common tables", role, statement, answer, leak=rows is not None or "permission denied" not in answer)


def attacks(me: str, other: str) -> Iterator[tuple[str, list[str]]]:
    """Raw SQL an attacker may get to run inside a council's request; the last statement must bring nothing home."""
    read = f"SELECT email FROM {other}.accounts_account"
    yield "another council's table by its full name", [read]
    yield "search_path", [f"SET search_path = {other}", "SELECT email FROM accounts_account"]
    yield "a sequence of another council", [f"SELECT last_value FROM {other}.django_migrations_id_seq"]
    yield "stacked statements", [f"SELECT 1; SET ROLE {other}; {read}"]
    yield "SET ROLE", [f"SET ROLE {other}", read]
    yield "SET LOCAL ROLE", ["BEGIN", f"SET LOCAL ROLE {other}", read, "ROLLBACK"]
    yield "RESET ROLE then SET ROLE", ["RESET ROLE", f"SET ROLE {other}", read]
    for role in (
        "c0000",
        "councils",
        "portal",
        "dispatcher",
        settings.POSTGRES.owner,
        "pg_read_all_data",
        "pg_monitor",
    ):
        if role != me:
            yield f"become {role}", [f"SET ROLE {role}", read]
    yield "SET SESSION AUTHORIZATION", [f"SET SESSION AUTHORIZATION {other}", read]
    yield "set_config and ts_stat in one SELECT", [f"SELECT set_config('role', '{other}', false), ts_stat('{read}')"]
    yield "set_config alone", [f"SELECT set_config('role', '{other}', false)"]
    yield "query_to_xml", [f"SELECT query_to_xml('{read}', true, true, '')"]
    yield "schema_to_xml", [f"SELECT schema_to_xml('{other}', true, true, '')"]
    yield "DO block", [f"DO $$ BEGIN EXECUTE 'SET ROLE {other}'; PERFORM * FROM {other}.accounts_account; END $$", read]
    yield "a forged council number", ["SET app.council_id = '2'", "SET app.cid = '2'", read]
    yield (
        "a forged app.cid()",
        ["CREATE FUNCTION app.cid() RETURNS smallint LANGUAGE sql AS 'SELECT 2::smallint'", read],
    )
    yield (
        "a forged app.cid() in the own schema",
        [f"CREATE FUNCTION {me}.cid() RETURNS smallint LANGUAGE sql AS 'SELECT 2::smallint'"],
    )
    yield (
        "row_security = off",
        [
            "SET row_security = off",
            "SELECT count(*) FROM (SELECT 1 FROM public.access_officercard) t WHERE false",
            read,
        ],
    )
    yield "PREPARE in the name of another", [f"PREPARE p AS {read}", "EXECUTE p"]
    yield "a cursor WITH HOLD", [f"DECLARE c CURSOR WITH HOLD FOR {read}", "FETCH ALL FROM c"]
    yield "COPY to a program", ["COPY (SELECT 1) TO PROGRAM 'cat'"]
    yield "COPY from a file", ["CREATE TEMP TABLE t (line text)", "COPY t FROM '/etc/passwd'"]
    yield "pg_read_file", ["SELECT pg_read_file('PG_VERSION')"]
    yield "pg_ls_dir", ["SELECT pg_ls_dir('.')"]
    yield "a temporary table that shadows", ["CREATE TEMP TABLE access_officercard (id uuid)"]
    yield "CREATE in public", ["CREATE TABLE public.mine (id int)"]
    yield "CREATE in the own schema", [f"CREATE TABLE {me}.mine (id int)"]
    yield "CREATE SCHEMA", ["CREATE SCHEMA mine"]
    yield "CREATE ROLE", ["CREATE ROLE mine"]
    yield "GRANT oneself another's role", [f"GRANT {other} TO {me}"]
    yield "join the group with SET", [f"GRANT councils TO {me} WITH SET TRUE"]
    yield "ALTER another's role", [f"ALTER ROLE {other} PASSWORD 'x'"]
    yield "own powers", [f"ALTER ROLE {me} SUPERUSER"]
    yield "own BYPASSRLS", [f"ALTER ROLE {me} BYPASSRLS"]
    yield "switch a policy off", ["ALTER TABLE public.access_officercard DISABLE ROW LEVEL SECURITY"]
    yield "drop a policy", ["DROP POLICY seen ON public.access_officercard"]
    yield "large objects", ["SELECT lo_create(0)"]
    yield (
        "LOCK a shared table against all",
        ["BEGIN", "LOCK TABLE public.tenancy_council IN ACCESS EXCLUSIVE MODE", "ROLLBACK"],
    )
    yield "others' statements", ["SELECT query FROM pg_stat_activity"]
    yield "others' row counts", ["SELECT n_live_tup FROM pg_stat_user_tables"]
    yield (
        "others' row counts by function",
        [f"SELECT pg_stat_get_live_tuples('{other}.accounts_account'::regclass)"],
    )
    yield "others' locks", ["SELECT pg_lock_status()"]
    yield "others' sizes", ["SELECT pg_total_relation_size(oid) FROM pg_class WHERE relname = 'accounts_account'"]
    yield "others' column statistics", [f"SELECT 1 FROM pg_stats WHERE schemaname = '{other}'"]
    yield "others' column lists", [f"SELECT 1 FROM information_schema.columns WHERE table_schema = '{other}'"]
    yield (
        "kill another's connection",
        [
            "SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity(NULL)"
            " WHERE usesysid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        ],
    )
    yield "extensions", ["CREATE EXTENSION dblink"]
    yield "a language of the server's", ["CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS 'x', 'y'"]
    yield (
        "a probe that errs on hidden rows",
        [f"SELECT 1/0 FROM public.access_officercard WHERE owner_id = {int(other[1:])}"],
    )
    yield "captured migrations", ["SELECT sql FROM public.tenancy_capturedmigration"]
    yield "the schedule", ["SELECT * FROM public.django_celery_beat_periodictask"]
    yield "server settings", ["ALTER SYSTEM SET log_statement = 'all'"]
    yield "an event trigger", ["CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION now()"]
    yield "a subscription", ["CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p"]
    yield "a foreign server", ["CREATE SERVER s FOREIGN DATA WRAPPER file_fdw"]


HARMLESS = {"BEGIN", "ROLLBACK", "RESET ROLE"}


def try_attacks(book: Book, pairs: list[tuple[str, str]]) -> None:
    """Every attack, as one statement each over the extended protocol and as a whole over the simple one."""
    for me, other in pairs:
        for name, statements in attacks(me, other):
            with connect_as(me) as connection:
                leak, answer = False, ""
                for statement in statements:
                    rows, _, said = try_sql(connection, statement)
                    if statement not in HARMLESS:
                        leak, answer = _succeeded(statement, rows), said
                book.judge("raw SQL", me, name, answer, leak=leak)
            with connect_as(me) as connection:
                result = connection.pgconn.exec_("; ".join(statements).encode())
                told = (result.error_message or b"").decode().splitlines()
                last = next(s for s in reversed(statements) if s not in HARMLESS)
                leak = not told and _succeeded(last, [None] * result.ntuples if last == statements[-1] else None)
                book.judge(
                    "raw SQL, simple protocol", me, name, told[0] if told else f"{result.ntuples} rows", leak=leak
                )
            _try_in_request(book, me, name, statements)


def _succeeded(statement: str, rows: list[Any] | None) -> bool:
    """Whether an attack's last statement achieved something: brought rows home, or changed anything at all."""
    if statement.startswith(("SELECT", "FETCH", "EXECUTE")):
        return bool(rows)
    return rows is not None


def _try_in_request(book: Book, me: str, name: str, statements: list[str]) -> None:
    """The same inside a council's own transaction, through the product's cursor."""
    from django.db import DatabaseError, connection

    from shared_services.tenancy.door import inside_council

    leak, answer = False, ""
    try:
        with inside_council(int(me[1:])), connection.cursor() as cursor:
            for statement in statements:
                if statement in HARMLESS:
                    continue
                cursor.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
                leak, answer = _succeeded(statement, rows), f"{len(rows)} rows"
    except (DatabaseError, psycopg.Error) as refusal:
        leak, answer = False, str(refusal).splitlines()[0]
    finally:
        connection.close()
    book.judge("raw SQL inside a request", me, name, answer, leak=leak)


def rows_of(room: int, planted: list[Planted]) -> str:
    """A fingerprint of all a room's private rows and of its planted shared rows, read as the owner."""
    from shared_services.tenancy.owner import owner_connection

    parts = []
    with owner_connection() as owner:
        for table in every_private_table():
            row = owner.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM c{room:04d}.\"{table}\" t"
            ).fetchone()
            parts.append(f"{table}={row[0] if row else ''}")
        for item in planted:
            if item.pooled and item.room == room:
                row = owner.execute(
                    f'SELECT md5(t::text) FROM public."{item.table}" t WHERE id = %s', [item.pk]
                ).fetchone()
                parts.append(f"{item.table}={row[0] if row else 'gone'}")
    return "\n".join(parts)


def unguarded_shared_tables() -> list[str]:
    """Tables of the shared schema with an owner column whose row-level security is not forced."""
    from shared_services.tenancy.owner import owner_connection

    with owner_connection() as owner:
        rows = owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)"
            " AND NOT (relrowsecurity AND relforcerowsecurity)",
            [every_pooled_table()],
        ).fetchall()
    return [row[0] for row in rows]
