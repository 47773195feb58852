"""Shared rows in which a room has a part: what it may not change, whom it may not name, what it may not bring about.

All of it comes from the models: each column that a model does not open to its parts is tried, in every shared table.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.apps import apps
from psycopg.types.json import Jsonb

from shared_services.messaging import registry
from shared_services.messaging.running import run_promised
from shared_services.tenancy import wall
from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.owner import owner_connection

from .attempts import Book
from .database import connect_as, try_sql
from .elsewhere import arguments_for
from .planting import MARKS, Planted

MONEY_APPS = ("finance", "purchasing")
"""What no other room may bring about in a council: budgets spent, orders raised."""
OTHER_VALUES = {
    "uuid": "gen_random_uuid()",
    "character varying": "'x'",
    "text": "'x'",
    "boolean": "NOT coalesce({0}, false)",
    "smallint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 1",
    "timestamp with time zone": "now()",
    "date": "current_date + 1",
    "jsonb": "'{{\"forged\": true}}'",
    "ARRAY": "array_append({0}, NULL)",
}
"""A value that differs from what is there, by the type of the column."""


def try_shared_rows(book: Book, planted: list[Planted], rooms: list[int]) -> None:
    """As every room: change what it only has a part in, and put rows before a council that are not for it."""
    for row in planted:
        if not row.pooled:
            continue
        model = apps.get_model(row.label)
        columns = _types(row.table)
        for room in rooms:
            if room == row.room:
                continue
            with _part_in(row, room), connect_as(f"c{room:04d}") as connection:
                for name in wall.kept_columns(model):
                    _try_column(book, connection, f"c{room:04d}", row, name, columns[name], "a part changes")
        if model.dispatcher_may:
            granted = " ".join(model.dispatcher_may)
            with connect_as("dispatcher") as connection:
                for name, kind in columns.items():
                    if name not in granted.replace(",", " ").replace("(", " ").replace(")", " ").split():
                        _try_column(book, connection, "dispatcher", row, name, kind, "the relay changes")
    for model in wall.pooled_models():
        for room in rooms:
            for victim in rooms:
                if victim not in (0, room):
                    _try_naming(book, model, room, victim)


def _try_column(
    book: Book, connection: psycopg.Connection, role: str, row: Planted, name: str, kind: str, what: str
) -> None:
    value = OTHER_VALUES.get(kind, "NULL").format(f'"{name}"')
    connection.execute("BEGIN")
    _, count, answer = try_sql(
        connection, f'UPDATE public."{row.table}" SET "{name}" = {value} WHERE id = \'{row.pk}\''
    )
    connection.execute("ROLLBACK")
    book.judge("shared rows", role, f"{what} {row.label}.{name}", answer, leak=count > 0)


def _try_naming(book: Book, model: type[PooledModel], room: int, victim: int) -> None:
    """A row that names the victim among those who see it: a council's own, or one of the shared service in its name."""
    table = f'public."{model._meta.db_table}"'
    owner, parts = (victim, f"{{0,{3 - victim}}}") if room == 0 else (room, f"{{{victim}}}")
    statement = (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, jsonb_build_object("
        f"'id', gen_random_uuid(), 'owner_id', {owner}, 'parts', '{parts}'::smallint[]))).*"
    )
    with connect_as(f"c{room:04d}") as connection:
        connection.execute("BEGIN")
        _, _, answer = try_sql(connection, statement)
        connection.execute("ROLLBACK")
    refused = "row-level security" in answer or "permission denied" in answer
    allowed = model.shown_to_councils and room != 0
    book.judge(
        "shared rows",
        f"c{room:04d}",
        f"show c{victim:04d} a {model._meta.label}",
        answer,
        leak=not (refused or allowed),
    )


def try_effects(book: Book, planted: list[Planted], victims: list[int]) -> None:
    """As the shared service: promise a council every job there is, with forged joint purchases to work on."""
    for victim in victims:
        before = _money_of(victim)
        share = _forge_joint_purchase(planted, victim)
        try:
            for task in registry.all_tasks():
                told = _promise_and_run(task, planted, victim, share)
                book.judge("effects", "c0000", f"{task.name} in c{victim:04d}", told, leak=_money_of(victim) != before)
        finally:
            _forget(share, victim)


def _forge_joint_purchase(planted: list[Planted], victim: int) -> str:
    """A proposal that nobody sent and nobody agreed to, with a share for the victim and its own demand line."""
    line = next(row for row in planted if row.room == victim and row.label == "procurement.DemandLine")
    proposal, share = str(uuid.uuid4()), str(uuid.uuid4())
    with connect_as("c0000") as connection:
        _copy(
            connection,
            "procurement_jointproposal",
            planted,
            {"id": proposal, "parts": f"{{{victim}}}", "status": "agreed", "reference": share[:8]},
        )
        _copy(
            connection,
            "procurement_proposalshare",
            planted,
            {"id": share, "parts": f"{{{victim}}}", "proposal_id": proposal, "council_id": victim},
        )
        _copy(
            connection,
            "procurement_proposalline",
            planted,
            {
                "id": str(uuid.uuid4()), "parts": f"{{{victim}}}", "proposal_id": proposal, "share_id": share,
                "demand_line_id": line.pk, "is_live": "true",
            },
        )  # fmt: skip
    return share


def _copy(connection: psycopg.Connection, table: str, planted: list[Planted], changes: dict[str, Any]) -> None:
    """The shared service's own planted row once more, with some columns changed and without its mark: it is sent on purpose."""
    own = next(row for row in planted if row.room == 0 and row.table == table)
    kinds = _types(table)
    names = list(kinds)
    values = ", ".join(f"%({name})s" if name in changes else _unmarked(name, kinds[name]) for name in names)
    connection.execute(
        f'INSERT INTO public."{table}" ({", ".join(names)}) SELECT {values} FROM public."{table}" WHERE id = %(own)s',  # type: ignore[arg-type]
        {**changes, "own": own.pk},
    )


def _unmarked(name: str, kind: str) -> str:
    return f"replace(\"{name}\", '{MARKS[0]}', 'sent')" if kind.startswith(("character", "text")) else f'"{name}"'


def _promise_and_run(task: registry.RegisteredTask, planted: list[Planted], victim: int, share: str) -> str:
    keys = {
        **arguments_for(task.function, planted, victim),
        **({"share_id": share} if "share" in task.name or "order" in task.name else {}),
    }
    promised = str(uuid.uuid4())
    with connect_as("c0000") as connection:
        connection.execute(
            "INSERT INTO public.messaging_outboxmessage (id, owner_id, parts, task, arguments, queue, once_key, created_at,"
            " due_at, sent_count, attempts, last_error) VALUES (%s, %s, '{0}', %s, %s, %s, '', now(), now(), 0, 0, '')",
            [promised, victim, task.name, Jsonb(keys), task.queue],
        )
    try:
        done = run_promised(task_name=task.name, council_number=victim, message_id=promised)
    except Exception as refusal:
        return f"{type(refusal).__name__}: {refusal}"
    return "done" if done else "not taken"


def _money_of(room: int) -> str:
    """A fingerprint of a council's budgets, orders and requisitions, read as the owner."""
    tables = sorted(model._meta.db_table for label in MONEY_APPS for model in apps.get_app_config(label).get_models())
    with owner_connection() as owner:
        return "|".join(
            str(
                owner.execute(
                    f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM c{room:04d}.\"{table}\" t"
                ).fetchone()
            )
            for table in tables
        )


def _forget(share: str, victim: int) -> None:
    with owner_connection() as owner:
        owner.execute("DELETE FROM public.messaging_outboxmessage WHERE owner_id = %s AND parts = '{0}'", [victim])
        owner.execute("DELETE FROM public.procurement_proposalline WHERE share_id = %s", [share])
        found = owner.execute(
            "DELETE FROM public.procurement_proposalshare WHERE id = %s RETURNING proposal_id", [share]
        ).fetchone()
        if found:
            owner.execute("DELETE FROM public.procurement_jointproposal WHERE id = %s", [found[0]])


@contextmanager
def _part_in(row: Planted, room: int) -> Iterator[None]:
    """Give a room a part in a planted row for a while."""
    change = f'UPDATE public."{row.table}" SET parts = %s::smallint[] WHERE id = %s'
    with owner_connection() as owner:
        owner.execute(change, [[room], row.pk])  # type: ignore[arg-type]
        try:
            yield
        finally:
            owner.execute(change, [[], row.pk])  # type: ignore[arg-type]


def _types(table: str) -> dict[str, str]:
    with owner_connection() as owner:
        rows = owner.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " ORDER BY ordinal_position",
            [table],
        ).fetchall()
    return dict(rows)
