"""Statements run as the schema's owner, several in one string, on a connection of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from psycopg.pq import ExecStatus


def connect(database: str | None = None) -> psycopg.Connection:
    """A fresh owner connection, so that no catalogue of an earlier room slows the next."""
    at = settings.POSTGRES
    return psycopg.connect(
        dbname=database or str(settings.DATABASES["default"]["NAME"]),
        host=at.host or None,
        port=at.port or None,
        user=at.owner,
        password=at.password or None,
        autocommit=True,
    )


@contextmanager
def owner_connection(database: str | None = None) -> Iterator[psycopg.Connection]:
    connection = connect(database)
    try:
        yield connection
    finally:
        connection.close()


def run_script(connection: psycopg.Connection, script: str) -> None:
    """Run a string of statements in one round trip. Raises psycopg.Error with the server's message."""
    result = connection.pgconn.exec_(script.encode())
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.EMPTY_QUERY):
        connection.pgconn.exec_(b"ROLLBACK")
        raise psycopg.errors.lookup((result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"XX000").decode())(
            result.error_message.decode().strip()
        )
