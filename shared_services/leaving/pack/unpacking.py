"""A pack as it was downloaded: one ZIP file, unpacked beside the checks and never trusted before them."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .manifest import BYTES_AT_A_TIME, NAME, BadPack, is_safe

MOST_FILES = 2_000_000
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
KEEP_FREE = 1 << 30
"""Bytes that stay free on the disk, whatever a ZIP file says is in it."""


@contextmanager
def pack_folder(place: Path) -> Iterator[Path]:
    """The folder of a pack: `place` itself, or for a ZIP file a folder that is removed afterwards. Raises BadPack."""
    if not place.is_file():
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="exit-pack-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(place) as packed:
                _unpack(packed, folder)
        except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError) as error:
            raise BadPack(f"{place.name} is not a whole ZIP file. Download the pack again.") from error
        roots = [found.parent for found in folder.glob(f"*/{NAME}")]
        if len(roots) != 1 or len(list(folder.iterdir())) != 1:
            raise BadPack(f"{place.name} is not one exit pack: it has no folder with a {NAME}.")
        yield roots[0]


def _unpack(packed: zipfile.ZipFile, folder: Path) -> None:
    members = packed.infolist()
    if len(members) > MOST_FILES:
        raise BadPack("The ZIP file has more files than a pack can have.")
    total = sum(member.file_size for member in members)
    if total > shutil.disk_usage(folder).free - KEEP_FREE:
        raise BadPack(f"The ZIP file unpacks to {total:,} bytes, for which there is no room at {folder.parent}.")
    for member in members:
        if not is_safe(member.filename.removesuffix("/")) or stat.S_ISLNK(member.external_attr >> 16):
            raise BadPack(f"{member.filename!r} in the ZIP file leads out of the pack.")
        if member.compress_type not in COMPRESSIONS:
            raise BadPack(f"{member.filename!r} in the ZIP file is packed in a way that no exit pack is.")
        if not member.is_dir():
            _copy(packed, member, folder / member.filename)


def _copy(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(member) as source, target.open("xb") as file:
            while piece := source.read(BYTES_AT_A_TIME):
                file.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise BadPack(f"{member.filename!r} in the ZIP file cannot be unpacked. Download the pack again.") from error
