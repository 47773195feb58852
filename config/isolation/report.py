"""Run the whole report in a scratch database and sum it up."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from shared_services.access.permissions import READ_ONLY_ROLES, ROLES
from shared_services.accounts.services import create_officer
from shared_services.api.scopes import scope_choices
from shared_services.api.services import create_token
from shared_services.tenancy.directory import every_room
from shared_services.tenancy.door import inside_council

from . import addresses, database, elsewhere, planting, shared_rows
from .attempts import Book

SCRATCH = "guildhall_isolation"
COUNCILS = ("E08000012", "E08000006")


def prepare() -> None:
    """Build the scratch database by the product's own commands and plant it. Takes about half a minute."""
    environment = {**os.environ, "GUILDHALL_DATABASE": SCRATCH}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    drop()
    for command in (
        ["create_database"], ["migrate_councils"], ["load_reference_data"], ["provision_council", *COUNCILS], ["plant_scratch_database"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def drop() -> None:
    from shared_services.tenancy.owner import owner_connection

    with owner_connection("postgres") as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{SCRATCH}" WITH (FORCE)')


def planted_path() -> Path:
    return Path(settings.VAR_DIR) / "isolation-planted.json"


def run() -> Book:
    """Try everything. The process must be on the scratch database, under portal settings."""
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    logging.disable(logging.CRITICAL)
    with override_settings(STORAGES=plain):
        return _try_everything()


def _try_everything() -> Book:
    book = Book()
    planted = planting.load(planted_path())
    rooms = [room.number for room in every_room()]
    council_numbers = [number for number in rooms if number]
    for table in database.unguarded_shared_tables():
        book.leaked("pooled tables", "catalogue", table, "row-level security is not forced")
    before = {room: database.rows_of(room, planted) for room in rooms}
    database.try_tables(book, planted, attackers=rooms, victims=rooms)
    _judge_unchanged(book, "tables", before, planted)
    shared_rows.try_shared_rows(book, planted, rooms)
    _judge_unchanged(book, "shared rows", before, planted)
    shared_rows.try_effects(book, planted, council_numbers)
    before = {room: database.rows_of(room, planted) for room in rooms}
    pairs = [(f"c{a:04d}", f"c{b:04d}") for a in rooms for b in council_numbers if a != b]
    database.try_attacks(book, pairs)
    _judge_unchanged(book, "raw SQL", before, planted)

    intruders, sessions = _intruders()
    for intruder in intruders:
        others = [room for room in rooms if room != intruder.room]
        before = {room: database.rows_of(room, planted) for room in others}
        addresses.try_addresses(book, [intruder], planted, others)
        _judge_unchanged(book, f"addresses as {intruder.name}", before, planted)
    addresses.try_borrowed_sessions(book, sessions)
    for room in rooms:
        others = [other for other in rooms if other != room]
        before = {other: database.rows_of(other, planted) for other in others}
        elsewhere.try_jobs(book, planted, [room], others)
        _judge_unchanged(book, f"jobs as c{room:04d}", before, planted)
    elsewhere.try_files(book, rooms, rooms)
    elsewhere.try_cache(book, rooms)
    _try_strange_hosts(book)
    return book


def _judge_unchanged(book: Book, what: str, before: dict[int, str], planted: list[planting.Planted]) -> None:
    for room, fingerprint in before.items():
        now = database.rows_of(room, planted)
        changed = sorted(set(now.splitlines()) ^ set(fingerprint.splitlines()))
        tables = ", ".join(sorted({line.split("=")[0] for line in changed}))
        book.judge("rows unchanged", what, f"every row of c{room:04d}", tables or "unchanged", leak=bool(changed))


def _intruders() -> tuple[list[addresses.Intruder], dict[int, dict[str, str]]]:
    """In each room an officer with every role there is, signed in, and a token of his with every scope."""
    intruders, sessions = [], {}
    for room in every_room():
        with inside_council(room):
            card = create_officer(
                actor=None, work_name="Isolation Report", work_email=f"isolation@{room.slug}.invalid", job_title="Auditor",
                roles=_roles_of(room), password=secrets.token_urlsafe(24),
            )  # fmt: skip
            account = get_user_model().objects.select_related("card").get(card_id=card.pk)
            token = _token(account)
        client = Client(headers={"host": room.host}, raise_request_exception=False)
        with inside_council(room):
            client.force_login(account, backend="shared_services.accounts.backends.RoomBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        intruders.append(addresses.Intruder(room.key, room.number, client))
        sessions[room.number] = {"session": session, "token": token}
    return intruders, sessions


def _roles_of(room: Any) -> list[str]:
    # Not an auditor's role: it would take from the intruder every right to change anything.
    return [key for key, role in ROLES.items() if role.pooled == room.is_shared_service and key not in READ_ONLY_ROLES]


def _token(account: Any) -> str:
    scopes = [scope for scope, _ in scope_choices(account.card)]
    return create_token(actor=account.card, account=account, name="Isolation report", scopes=scopes, days=1)[1]


def _try_strange_hosts(book: Book) -> None:
    for host in ("nowhere.localhost", "127.0.0.1", "liverpool.localhost.evil.test", "c0001.localhost", ""):
        response = Client(headers={"host": host or "x"}, raise_request_exception=False).get("/")
        text = response.content.decode("utf-8", "replace")
        names = [room.short_name for room in every_room() if room.short_name in text]
        book.judge(
            "hosts",
            "no room",
            host or "no host",
            f"{response.status_code}",
            leak=response.status_code != 404 or bool(names),
        )
