"""The archive of a predecessor: its exit pack, read as the council's own role while its writers wait."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from shared_services.tenancy.door import inside_council
from shared_services.tenancy.models import Council
from shared_services.tenancy.owner import owner_connection

from ..models import ARCHIVES
from ..pack.writing import open_snapshot, write_pack
from ..services import put_into_archive


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive: where it lies, its size in bytes and SHA-256, and that of the pack's manifest."""

    path: Path
    size: int
    sha256: str
    manifest_sha256: str


def path_of(successor: Council, operation_id: UUID) -> Path:
    return Path(settings.PRIVATE_FILES_DIR) / successor.schema_name / ARCHIVES / f"{operation_id}.zip"


def write_archive(predecessor: Council, successor: Council, operation_id: UUID) -> Archive:
    """Write the predecessor's exit pack into the successor's folder. One that a killed attempt left is written over."""
    path = path_of(successor, operation_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = path.with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with ThreadPoolExecutor(max_workers=1) as beside:
            manifest_sha256 = beside.submit(_write, predecessor, folder).result()
        size, sha256 = put_into_archive(folder, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        path.with_suffix(".unfinished").unlink(missing_ok=True)
    return Archive(path, size, sha256, manifest_sha256)


def _write(predecessor: Council, folder: Path) -> str:
    """On a connection of its own: a look at the room, as its own role, so that no other council's row can get in."""
    key = predecessor.schema_name
    with owner_connection() as owner:
        # An owner that is no superuser takes a role only as a member of it.
        owner.execute(f"GRANT {key} TO CURRENT_USER")
        try:
            with inside_council(predecessor):
                open_snapshot()
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL ROLE {key}")
                return write_pack(folder).sha256
        finally:
            connection.close()
            owner.execute(f"REVOKE {key} FROM CURRENT_USER")
