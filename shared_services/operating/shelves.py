"""Where backups lie: one folder a council, in it one a backup, and each of the council's files once.

A private file is written once and never changed, so the backup's copy is a second name of it where the disk allows.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from shared_services.tenancy.errors import NotAllowed

MANIFEST = "manifest.json"
DUMP = "room.dump"
SHARED = "shared"
UNFINISHED = ".unfinished"
FOLDER = re.compile(r"\d{8}T\d{12}")


def shelf_of(key: str) -> Path:
    return Path(settings.BACKUPS_DIR) / key


def folder_name(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")


def begin(key: str) -> Path:
    """An empty folder to write a backup into. What a killed worker left in it goes."""
    folder = shelf_of(key) / UNFINISHED
    shutil.rmtree(folder, ignore_errors=True)
    (folder / SHARED).mkdir(parents=True, mode=0o700)
    return folder


def finish(key: str, folder: Path, name: str, manifest: dict[str, Any]) -> str:
    """Write the manifest with the hash of everything beside it, and give the folder its name. Gives the digest."""
    manifest["sha256"] = {
        str(path.relative_to(folder)): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    text = json.dumps(manifest, indent=1, sort_keys=True)
    with (folder / MANIFEST).open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder.rename(shelf_of(key) / name)
    return hashlib.sha256(text.encode()).hexdigest()


def open_backup(key: str, name: str, digest: str) -> tuple[Path, dict[str, Any]]:
    """The folder and manifest of a backup. Raises NotAllowed when anything in it is not as it was written."""
    if not FOLDER.fullmatch(name):
        raise NotAllowed(f"{name} is not the name of a backup. Choose another.", code="missing")
    folder = shelf_of(key) / name
    try:
        text = (folder / MANIFEST).read_text()
    except FileNotFoundError:
        raise NotAllowed(f"The backup {name} is not where it was kept. Choose another.", code="missing") from None
    manifest = json.loads(text)
    damaged = hashlib.sha256(text.encode()).hexdigest() != digest or any(
        not (folder / path).is_file() or sha256_of(folder / path) != wanted
        for path, wanted in manifest["sha256"].items()
    )
    if damaged:
        raise NotAllowed(f"The backup {name} is damaged: its hashes do not agree. Choose another.", code="damaged")
    return folder, manifest


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def names(key: str) -> list[str]:
    """The backups on a council's shelf."""
    return sorted(path.parent.name for path in shelf_of(key).glob(f"*/{MANIFEST}"))


def remove(key: str, names: Iterable[str]) -> None:
    """Remove backups, then the files that no backup left has in its manifest."""
    for name in names:
        shutil.rmtree(shelf_of(key) / name, ignore_errors=True)
    wanted = {file["sha256"] for path in shelf_of(key).glob(f"*/{MANIFEST}") for file in json.loads(path.read_text())["files"]}  # fmt: skip
    for path in (shelf_of(key) / "files").glob("*"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def keep_files(key: str) -> list[dict[str, Any]]:
    """Put each private file of a council on its shelf, and list them: name, bytes and SHA-256."""
    room, shelf = Path(settings.PRIVATE_FILES_DIR) / key, shelf_of(key) / "files"
    shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = _known(key)
    kept = []
    for path in sorted(room.rglob("*")) if room.is_dir() else ():
        if not path.is_file():
            continue
        about = path.stat()
        name = str(path.relative_to(room))
        digest = known.get((name, about.st_size, about.st_mtime_ns)) or sha256_of(path)
        if not (shelf / digest).exists():
            _second_name(path, shelf / digest)
        kept.append({"name": name, "bytes": about.st_size, "written": about.st_mtime_ns, "sha256": digest})
    return kept


def put_files_back(key: str, files: list[dict[str, Any]]) -> int:
    """Put back what is missing or differs in size; gives how many. Files written since stay: nothing points to them.

    Raises NotAllowed for a file on the shelf that is not as it was: it can be a second name of one that was written to.
    """
    room, put = Path(settings.PRIVATE_FILES_DIR) / key, 0
    for file in files:
        path = room / file["name"]
        if path.is_file() and path.stat().st_size == file["bytes"]:
            continue
        kept = shelf_of(key) / "files" / file["sha256"]
        if not kept.is_file() or sha256_of(kept) != file["sha256"]:
            raise NotAllowed(
                "A file of this backup is damaged: its hash does not agree. Choose another.", code="damaged"
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(kept, path)
        path.chmod(0o600)
        put += 1
    return put


def _known(key: str) -> dict[tuple[str, int, int], str]:
    """Hashes from the latest manifest, of files that have not been touched since."""
    latest = max(shelf_of(key).glob(f"*/{MANIFEST}"), default=None)
    files = json.loads(latest.read_text())["files"] if latest else []
    return {(file["name"], file["bytes"], file["written"]): file["sha256"] for file in files}


def _second_name(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:
        # Another disk: a copy, complete before it has its name.
        half = to.with_name(f".{to.name}")
        shutil.copyfile(path, half)
        half.rename(to)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
