"""The manifest of a pack: what it is of, which files it has, and the SHA-256 of each."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.utils.dateparse import parse_date

NAME = "manifest.json"
FORMAT, FORMAT_VERSION = "guildhall-exit-pack", 1
LONGEST_MANIFEST = 64 * 1024 * 1024
BYTES_AT_A_TIME = 1 << 18
DOCUMENT_LIST = "documents.jsonl"
CHAIN = "audit/chain.jsonl"


class BadPack(Exception):
    """A pack cannot be read or is not what it says. The message is plain English; `faults` has one line a fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__(" ".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class PackedFile:
    """One file of a pack: its size in bytes, its SHA-256 in hexadecimal, and how many lines it has where that matters."""

    path: str
    size: int
    sha256: str
    what: str
    rows: int | None = None


@dataclass
class Manifest:
    """What the manifest says, as it is written and read."""

    council: dict[str, Any]
    made_at: str
    release: dict[str, Any]
    files: list[PackedFile] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    only_read: list[dict[str, str]] = field(default_factory=list)
    documents: dict[str, int] = field(default_factory=dict)
    format: str = FORMAT
    format_version: int = FORMAT_VERSION

    @property
    def rows(self) -> int:
        return sum(one.rows or 0 for one in self.files if one.path.startswith("data/"))

    def file(self, path: str) -> PackedFile | None:
        return next((one for one in self.files if one.path == path), None)

    def write(self, folder: Path) -> str:
        """Write it; gives its own SHA-256, by which the whole pack can be told from a changed one."""
        plain = {"format": self.format, "format_version": self.format_version, **asdict(self)}
        content = (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
        (folder / NAME).write_bytes(content)
        return hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """The manifest of a pack and its SHA-256. Raises BadPack when there is none or it cannot be read."""
    place = folder / NAME
    if not folder.is_dir():
        raise BadPack(f"There is no folder {folder}.")
    if place.is_symlink() or not place.is_file():
        raise BadPack(f"{folder} has no {NAME}: it is not a finished exit pack.")
    if place.stat().st_size > LONGEST_MANIFEST:
        raise BadPack(f"{NAME} is larger than a manifest can be.")
    content = place.read_bytes()
    try:
        plain = json.loads(content)
        if plain["format"] != FORMAT or plain["format_version"] != FORMAT_VERSION:
            raise BadPack(f"{NAME} is of another format: {plain['format']} {plain['format_version']}.")
        plain["files"] = [PackedFile(**one) for one in plain["files"]]
        manifest = Manifest(**plain)
        _check_shape(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadPack(f"{NAME} cannot be read: it is not what this portal writes.") from error
    return manifest, hashlib.sha256(content).hexdigest()


def _check_shape(manifest: Manifest) -> None:
    for name in ("number", "name", "short_name", "slug", "code", "gss_code", "colour", "domain", "joined_on"):
        manifest.council[name]
    int(manifest.council["number"])
    if not all(
        isinstance(manifest.council[name], str) for name in ("name", "short_name", "slug", "code", "colour", "domain")
    ):
        raise TypeError
    if not all(isinstance(manifest.council[name], str | None) for name in ("gss_code", "joined_on")):
        raise TypeError
    if manifest.council["joined_on"] and parse_date(manifest.council["joined_on"]) is None:
        raise ValueError
    for one in manifest.files:
        if not isinstance(one.path, str) or not isinstance(one.size, int) or not isinstance(one.sha256, str):
            raise TypeError
        if not isinstance(one.rows, int | None):
            raise TypeError
    int(manifest.documents["count"])
    dict(manifest.release["migrations"])


def is_safe(path: str) -> bool:
    """Whether a path stays inside the pack, whatever system it is read on."""
    pure = PurePosixPath(path)
    return (
        bool(path)
        and "\\" not in path
        and ":" not in path
        and "\0" not in path
        and not pure.is_absolute()
        and str(pure) == path
        and ".." not in pure.parts
    )


def this_release(head: str) -> dict[str, Any]:
    """What a pack can be loaded by: the last migration of each app, and the fingerprint of a room's."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    return {"room_head": head, "migrations": dict(sorted(graph.leaf_nodes()))}


def chain_head(folder: Path) -> tuple[int, str]:
    """How many links the pack's audit chain has, and the hash of the last: two numbers that people can compare."""
    with (folder / CHAIN).open("rb") as file:
        last = deque(file, maxlen=1)
    if not last:
        return 0, ""
    link = json.loads(last[0])
    return int(link["seq"]), str(link["hash"])


def digest_of(path: Path) -> tuple[int, str, int]:
    """Size, SHA-256 and lines of a file, read a piece at a time."""
    digest, size, lines = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        while piece := file.read(BYTES_AT_A_TIME):
            digest.update(piece)
            size += len(piece)
            lines += piece.count(b"\n")
    return size, digest.hexdigest(), lines
