"""A WSGI application without a framework: one connection a process, one transaction a request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from benchmarks.bare import leave, requisitions
from benchmarks.yardstick import settings

DATABASE = "yardstick_bare"
"""A copy of the yardstick's database, so that neither meets the other's rows."""
at = settings.DATABASES["default"]
_connection: psycopg.Connection[dict[str, Any]] | None = None


def connection() -> psycopg.Connection[dict[str, Any]]:
    """This process's connection, made at its first request: gunicorn forks after loading."""
    global _connection
    if _connection is None:
        _connection = psycopg.connect(
            host=at["HOST"],
            port=at["PORT"],
            user=at["USER"],
            dbname=DATABASE,
            row_factory=dict_row,
            prepare_threshold=2,
        )
    return _connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    form = json.loads(environ["wsgi.input"].read(length)) if length else {}
    secret = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    status, answer = "404 Not Found", {"detail": "Not found."}
    with connection().transaction():
        cursor = connection().cursor()
        officer = cursor.execute(
            "SELECT o.* FROM yardstick_token t JOIN yardstick_officer o ON o.id = t.officer_id"
            " WHERE t.secret_hash = %s AND t.expires_at > now()",
            [hashlib.sha256(secret.encode()).hexdigest()],
        ).fetchone()
        if officer is None:
            status, answer = "401 Unauthorized", {"detail": "Who are you?"}
        else:
            match environ["REQUEST_METHOD"], environ["PATH_INFO"].strip("/").split("/"):
                case "POST", ["requisitions"]:
                    status, answer = "201 Created", requisitions.create(cursor, officer, form)
                case "POST", ["requisitions", key, "submit"]:
                    status, answer = "200 OK", requisitions.submit(cursor, officer, UUID(key))
                case "GET", ["tasks"]:
                    status, answer = "200 OK", requisitions.inbox(cursor, officer)
                case "POST", ["tasks", key, "complete"]:
                    status, answer = "200 OK", _complete(cursor, officer, UUID(key))
                case "POST", ["leave"]:
                    status, answer = "201 Created", leave.ask(cursor, officer, form)
    body = json.dumps(answer, default=_plain).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _complete(cursor: psycopg.Cursor[dict[str, Any]], officer: dict[str, Any], task_id: UUID) -> dict[str, Any]:
    task = requisitions.decide(cursor, officer, task_id)
    if task["process"] == "leave_request":
        leave.approve(cursor, officer, task)
    else:
        requisitions.approve(cursor, officer, task)
    return {"id": task["case_id"], "reference": task["reference"], "status": "completed"}


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    raise TypeError(type(value))
