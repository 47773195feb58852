"""Checking a pack without a database: every file, every hash, every count, and the audit chain link by link."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .manifest import CHAIN, DOCUMENT_LIST, NAME, BadPack, Manifest, digest_of, is_safe, read_manifest

MOST_FAULTS = 50


@dataclass(frozen=True)
class CheckedPack:
    """A pack that is what it says it is."""

    folder: Path
    manifest: Manifest
    sha256: str


def check_pack(folder: Path, *, expected: str = "") -> CheckedPack:
    """Check a pack; gives its manifest. Raises BadPack with a line for each fault.

    `expected` is the manifest's SHA-256 as the export printed it: without it a pack that was changed and given a new
    manifest is not told from the first.
    """
    manifest, sha256 = read_manifest(folder)
    faults = []
    if expected and expected.lower() != sha256:
        faults.append(f"{NAME} has the SHA-256 {sha256}, not {expected.lower()}.")
    for fault in _faults_in(folder, manifest):
        faults.append(fault)
        if len(faults) == MOST_FAULTS:
            faults.append("There may be more; the check stopped here.")
            break
    if faults:
        raise BadPack(*faults)
    return CheckedPack(folder, manifest, sha256)


def _faults_in(folder: Path, manifest: Manifest) -> Iterator[str]:
    known = {NAME}
    for one in manifest.files:
        if not is_safe(one.path):
            yield f"{one.path!r} in {NAME} leads out of the pack."
            continue
        if one.path in known:
            yield f"{one.path} stands twice in {NAME}."
        known.add(one.path)
        yield from _faults_of_file(folder, one.path, one.size, one.sha256, one.rows)
    if manifest.file(DOCUMENT_LIST) is None or manifest.file(CHAIN) is None:
        yield f"{NAME} names no {DOCUMENT_LIST} or no {CHAIN}."
    elif (folder / DOCUMENT_LIST).is_file() and (folder / CHAIN).is_file():
        yield from _faults_of_documents(folder, manifest, known)
        yield from _faults_of_chain(folder / CHAIN)
    yield from _extra_files(folder, known)


def _faults_of_file(folder: Path, path: str, size: int, sha256: str, rows: int | None) -> Iterator[str]:
    place = folder / path
    if not place.is_file() or _passes_a_link(folder, path):
        yield f"{path} is missing."
        return
    found_size, found_hash, lines = digest_of(place)
    if rows is not None and lines != rows:
        yield f"{path} has {lines:,} rows, and should have {rows:,}."
    if found_size != size:
        yield f"{path} has {found_size:,} bytes, and should have {size:,}."
    elif found_hash != sha256:
        yield f"{path} was changed: its SHA-256 is {found_hash}."


def _passes_a_link(folder: Path, path: str) -> bool:
    place = folder
    for part in Path(path).parts:
        place /= part
        if place.is_symlink():
            return True
    return False


def _faults_of_documents(folder: Path, manifest: Manifest, known: set[str]) -> Iterator[str]:
    count = 0
    for number, line in enumerate(_lines(folder / DOCUMENT_LIST), start=1):
        try:
            document = json.loads(line)
            path = f"documents/{document['path']}"
            if document.get("missing"):
                continue
            size, sha256 = int(document["size"]), str(document["sha256"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield f"Line {number} of {DOCUMENT_LIST} cannot be read."
            continue
        if not is_safe(path):
            yield f"{document['path']!r} in {DOCUMENT_LIST} leads out of the pack."
            continue
        count += 1
        known.add(path)
        yield from _faults_of_file(folder, path, size, sha256, None)
    if count != manifest.documents.get("count"):
        yield f"{DOCUMENT_LIST} lists {count:,} files, and should list {manifest.documents.get('count')}."


def _faults_of_chain(place: Path) -> Iterator[str]:
    """The first break of the audit chain, if there is one."""
    before, due = "", 1
    for number, line in enumerate(_lines(place), start=1):
        try:
            link = json.loads(line)
            content = hashlib.sha256(str(link["line"]).encode()).hexdigest()
            bound = "|".join((str(link["seq"]), link["id"], link["sealed_at"], link["content_hash"], before))
            own_hash = str(link["hash"])
        except (ValueError, KeyError, TypeError, RecursionError):
            yield f"Line {number} of {CHAIN} cannot be read."
            return
        if link["seq"] != due:
            yield f"Links are missing from the audit chain before number {link['seq']}."
            return
        if content != link["content_hash"]:
            yield f"The line of link {link['seq']} of the audit chain is not as it was written."
            return
        if hashlib.sha256(bound.encode()).hexdigest() != own_hash:
            yield f"Link {link['seq']} of the audit chain does not follow from the one before."
            return
        before, due = own_hash, due + 1


def _extra_files(folder: Path, known: set[str]) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        for name in [*names, *(one for one in folders if (Path(place) / one).is_symlink())]:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path not in known:
                yield f"{path} does not belong to the pack: {NAME} does not name it."


def _lines(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        yield from file
