"""Writing a pack: one snapshot of the council's data, read as the council's own role, streamed into open files."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone

from shared_services.tenancy.copying import copied_lines
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import Council

from .contents import PackedTable, left_out, packed_models, packed_tables, rows_sql
from .manifest import BYTES_AT_A_TIME, CHAIN, DOCUMENT_LIST, BadPack, Manifest, PackedFile, is_safe, this_release
from .readme import readme
from .schemas import schema_of

HEAD_SQL = "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations"
CHAIN_SQL = """
SELECT json_build_object(
    'seq', l.seq, 'id', l.id, 'sealed_at', to_char(l.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
    'line', jsonb_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), e.actor_card_id,
                              e.actor_name, e.event, e.subject_type, e.subject_id, e.subject_label, e.facts)::text,
    'content_hash', encode(l.content_hash, 'hex'), 'hash', encode(l.hash, 'hex'))
  FROM audit_chainlink l LEFT JOIN audit_auditentry e ON e.id = l.id ORDER BY l.seq
"""
SEPARATE_MODULE = "exit_pack"
"""An app with more to say than its tables has this module: `written_files()`, and `after_load(opened)` if need be."""

Progress = Callable[[int, int, int, str], None]
"""Told how many of how many parts are written, how many rows, and which part comes."""


@dataclass(frozen=True)
class WrittenPack:
    """A finished pack: where it is, its manifest and the manifest's SHA-256."""

    folder: Path
    manifest: Manifest
    sha256: str


def open_snapshot() -> None:
    """Make the transaction that the door has just opened one consistent look, in which nothing can be written."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def write_pack(target: Path, *, on_progress: Progress | None = None) -> WrittenPack:
    """Write the pack of the room that is open to a new folder, in a transaction that began with `open_snapshot`.

    The folder appears under its name when all of it is written: an export that was killed leaves only a hidden folder
    beside it, which the next one to the same place removes. Memory stays the same whatever the number of rows.
    Raises BadPack when something is there already, or when another export to the same place is under way.
    """
    if target.exists():
        raise BadPack(f"{target} is there already. Name a folder that does not exist yet.")
    if not _is_one_look():
        raise RuntimeError("A pack is written as one look at the room: call open_snapshot first.")
    with _unfinished(target) as folder:
        writer = PackWriter(folder, on_progress or _in_silence)
        manifest, sha256 = writer.write()
        folder.rename(target)
    return WrittenPack(target, manifest, sha256)


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A hidden folder beside the target that is this process's alone for as long as it lives."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.parent / f".{target.name}.unfinished"
    lock = os.open(target.parent / f".{target.name}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadPack(f"Another export to {target} is under way. Wait until it has ended.") from error
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            (target.parent / f".{target.name}.lock").unlink(missing_ok=True)
    finally:
        os.close(lock)


class PackWriter:
    """Writes one pack, file by file, and keeps of each only its name, size, hash and number of lines."""

    def __init__(self, folder: Path, on_progress: Progress) -> None:
        self.folder, self.on_progress = folder, on_progress
        self.council = current_council()
        self.tables = packed_tables()
        self.more = list(separate_modules())
        self.done, self.rows = 0, 0
        self.total = len(self.tables) + len(self.more) + 3
        self.manifest = Manifest(
            council=self._about_council(), made_at=timezone.now().isoformat(), release=this_release(_room_head()),
            left_out=left_out(),
            only_read=[{"table": one.table, "reason": one.only_read} for one in self.tables if one.only_read],
        )  # fmt: skip

    def write(self) -> tuple[Manifest, str]:
        for table in self.tables:
            self._part(table.table)
            self._write_table(table)
        self._part(CHAIN)
        self._add(
            CHAIN, "The audit chain: each line as it was hashed, its hash and the link’s.", copied_lines(CHAIN_SQL)
        )
        for module in self.more:
            self._part(module.__name__.split(".")[-2])
            for path, what, pieces in module.written_files():
                self._add(path, what, pieces)
        self._part("documents")
        self._write_documents()
        self._part("manifest")
        self._add("README.txt", "How to read this pack.", [readme(self.manifest).encode()])
        sha256 = self.manifest.write(self.folder)
        self.on_progress(self.total, self.total, self.rows, "")
        return self.manifest, sha256

    def _part(self, name: str) -> None:
        self.on_progress(self.done, self.total, self.rows, name)
        self.done += 1

    def _write_table(self, table: PackedTable) -> None:
        schema = json.dumps(schema_of(table), indent=1, ensure_ascii=False) + "\n"
        self._add(table.schema_path, f"JSON Schema of {table.path}", [schema.encode()])
        written = self._add(
            table.path, str(table.model._meta.verbose_name_plural).capitalize(),
            copied_lines(rows_sql(table, self.council.number)),
        )  # fmt: skip
        self.rows += written.rows or 0

    def _add(self, path: str, what: str, pieces: Iterable[bytes]) -> PackedFile:
        if not is_safe(path):
            raise BadPack(f"{path} cannot be the name of a file in a pack.")
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        size, sha256, lines = _write(place, pieces)
        added = PackedFile(path, size, sha256, what, lines if path.endswith(".jsonl") else None)
        self.manifest.files.append(added)
        return added

    def _write_documents(self) -> None:
        counts = {"count": 0, "bytes": 0, "missing": 0}
        self._add(DOCUMENT_LIST, "Each file of documents/, with its size and SHA-256.", self._documents(counts))
        self.manifest.documents = counts

    def _documents(self, counts: dict[str, int]) -> Iterator[bytes]:
        """Copy each file that a row speaks of, and give its line of the list."""
        for table, column in _file_columns():
            sql = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" <> \'\' ORDER BY 1'
            with connection.chunked_cursor() as cursor:
                cursor.execute(sql)
                for (name,) in cursor:
                    line = {"path": name, "table": table, "column": column, **self._copy_document(name)}
                    counts["missing" if line.get("missing") else "count"] += 1
                    counts["bytes"] += line.get("size", 0)
                    yield json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def _copy_document(self, name: str) -> dict[str, Any]:
        path = f"documents/{name}"
        if not is_safe(path) or not default_storage.exists(name):
            return {"missing": True}
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(name, "rb") as stored:
            size, sha256, _ = _write(place, iter(lambda: stored.read(BYTES_AT_A_TIME), b""))
        return {"size": size, "sha256": sha256}

    def _about_council(self) -> dict[str, Any]:
        council = Council.objects.select_related("registered").get(pk=self.council.number)
        return {
            "number": council.number, "key": council.schema_name, "name": council.name,
            "short_name": council.short_name, "slug": council.slug, "code": council.code,
            "gss_code": council.registered_id, "colour": council.colour, "domain": council.domain,
            "hosts": list(self.council.hosts), "joined_on": council.joined_on.isoformat() if council.joined_on else None,
        }  # fmt: skip


def _room_head() -> str:
    with connection.cursor() as cursor:
        cursor.execute(HEAD_SQL)
        return str(cursor.fetchone()[0])


def _is_one_look() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        return bool(cursor.fetchone()[0] == "repeatable read")


def _file_columns() -> list[tuple[str, str]]:
    return [
        (model._meta.db_table, str(field.column))
        for model in packed_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]


def separate_modules() -> Iterator[Any]:
    for config in apps.get_app_configs():
        name = f"{config.name}.{SEPARATE_MODULE}"
        if config.name.startswith(("councils.", "shared_services.")) and find_spec(name):
            yield import_module(name)


def _write(place: Path, pieces: Iterable[bytes]) -> tuple[int, str, int]:
    digest, size, lines = hashlib.sha256(), 0, 0
    with place.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            lines += piece.count(b"\n")
    return size, digest.hexdigest(), lines


def _in_silence(_done: int, _total: int, _rows: int, _part: str) -> None:
    """Nobody watches."""
