"""Backing a council's room up: its tables, its own shared rows and its files, all of one instant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council
from shared_services.tenancy.owner import owner_connection

from .. import dumps, shelves
from ..models import Backup, Operation
from .doing import finish

FORMAT = 1


def do_back_up(operation: Operation, board: StepBoard) -> None:
    """Take a backup and remove those that are too old."""
    backup = take_backup(operation.council, board)
    with board.step("tidy"):
        removed = remove_old(operation.council)
    finish(operation, removed=removed, **figures_of(backup))


def figures_of(backup: Backup) -> dict[str, Any]:
    return {
        "backup": backup.folder, "tables": backup.tables, "rows": backup.rows, "shared_rows": backup.shared_rows,
        "files": backup.files, "size_bytes": backup.size_bytes,
    }  # fmt: skip


def take_backup(council: Council, board: StepBoard) -> Backup:
    """Write one backup. Whatever stops it leaves the backups before as they were."""
    key, number = council.schema_name, council.number
    folder = shelves.begin(key)
    with owner_connection() as owner, dumps.snapshot(owner) as instant:
        taken_at = timezone.now()
        with board.step("tables"):
            dumps.dump_room(key, folder / shelves.DUMP, at=instant)
        with board.step("shared"):
            shared = dumps.dump_shared_rows(owner, number, folder / shelves.SHARED)
        with board.step("files"):
            files = shelves.keep_files(key)
        with board.step("count"):
            room = dumps.figures_of(owner, key)
            size = _room_bytes(owner, key)
        row = owner.execute(
            "SELECT name, short_name, code, release_head FROM public.tenancy_council WHERE number = %s", [number]
        ).fetchone()
        applied = owner.execute(f"SELECT app || '.' || name FROM {key}.django_migrations ORDER BY id").fetchall()
    assert row is not None
    manifest = {
        "format": FORMAT, "council": {"number": number, "name": row[0], "short_name": row[1], "code": row[2]},
        "taken_at": taken_at.isoformat(), "release": row[3],
        "migrations": [name for (name,) in applied], "room": room, "shared": shared, "files": files,
    }  # fmt: skip
    name = shelves.folder_name(taken_at)
    digest = shelves.finish(key, folder, name, manifest)
    backup = Backup(
        owner_id=SHARED_SERVICE_NUMBER, parts=[number], council=council, taken_at=taken_at, release_head=row[3],
        folder=name, manifest_digest=digest, tables=len(room), rows=sum(count for count, _ in room.values()),
        shared_rows=sum(shared.values()), files=len(files), size_bytes=shelves.size_of(shelves.shelf_of(key) / name),
        room_bytes=size + sum(file["bytes"] for file in files),
    )  # fmt: skip
    backup.save(force_insert=True)
    return backup


def remove_old(council: Council) -> int:
    """Remove backups kept long enough; the latest stays, and what an operation that is open waits for."""
    kept = Backup.objects.of(council.number).kept()
    latest = kept.order_by("-taken_at").values_list("pk", flat=True).first()
    wanted = Operation.objects.of(council.number).open().exclude(backup=None).values("backup_id")
    before = timezone.now() - timedelta(days=settings.BACKUP_KEEP_DAYS)
    old = list(kept.filter(taken_at__lt=before).exclude(Q(pk=latest) | Q(pk__in=wanted)))
    # Marked first: a backup that is gone must not be offered.
    Backup.objects.filter(pk__in=[backup.pk for backup in old]).update(removed_at=timezone.now())
    # A backup whose restore was taken back has a folder and no entry.
    known = set(kept.values_list("folder", flat=True))
    lost = [name for name in shelves.names(council.schema_name) if name not in known]
    shelves.remove(council.schema_name, lost)
    return len(old)


def _room_bytes(owner: psycopg.Connection, key: str) -> int:
    row = owner.execute(
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
        " WHERE relnamespace = %s::regnamespace AND relkind = 'r'",
        [key],
    ).fetchone()
    return int(row[0]) if row else 0
