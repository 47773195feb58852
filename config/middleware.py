"""Answers for the load balancer and the operator, before anything else and at any host."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import lru_cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

from shared_services.messaging import heartbeats

log = logging.getLogger("guildhall.health")
View = Callable[[HttpRequest], HttpResponse]


class HealthChecks:
    """`/healthz`: this process answers. `/readyz`: all that it needs is there; 503 names what is not, and no council."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return _answer({"process": True})
        if request.path_info == "/readyz":
            return _answer(readiness())
        return self.get_response(request)


def readiness() -> dict[str, bool]:
    """Each thing that the portal needs, and whether it is there."""
    checks = {
        "database": database_answers,
        "valkey": lambda: bool(heartbeats.broker_run()),
        "worker": lambda: heartbeats.is_alive(heartbeats.WORKER),
        "relay": lambda: heartbeats.is_alive(heartbeats.RELAY),
        "migrations": rooms_are_at_this_release,
    }
    found = {}
    for name, check in checks.items():
        try:
            found[name] = check()
        except Exception as error:
            log.warning("not ready: %s: %s", name, type(error).__name__)
            found[name] = False
    return found


def database_answers() -> bool:
    """Whether the database lets the portal in."""
    return _ask("SELECT 1") == (1,)


def rooms_are_at_this_release() -> bool:
    """Whether the shared service and every live council are at the release that this code belongs to."""
    found = _ask(
        "SELECT count(*) FILTER (WHERE release_state <> 'current'), max(release_head) FILTER (WHERE number = 0)"
        "  FROM public.tenancy_council WHERE state = 'live'"
    )
    return found is not None and found[0] == 0 and found[1] == release_of_this_code()


@lru_cache(maxsize=1)
def release_of_this_code() -> str:
    """The fingerprint of this code's migrations, as provisioning keeps it for each room."""
    names = sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    return hashlib.md5(  # noqa: S324 - compared with the database's md5(), guards nothing
        ",".join(f"{app}.{name}" for app, name in names).encode()
    ).hexdigest()


def _ask(sql: str) -> tuple[object, ...] | None:
    """One question as the portal's own role, which sees the host map and nothing else."""
    connection.drop_if_dead()
    connection.set_schema_to_public()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
            return tuple(row) if row else None
    finally:
        connection.unset_tenant()


def _answer(checks: dict[str, bool]) -> JsonResponse:
    ready = all(checks.values())
    body = {
        "status": "ok" if ready else "failed",
        "checks": {name: "ok" if good else "failed" for name, good in checks.items()},
    }
    response = JsonResponse(body, status=200 if ready else 503)
    response["Cache-Control"] = "no-store"
    return response
