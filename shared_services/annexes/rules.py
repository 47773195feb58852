"""What may be attached. The content decides, never the name or what the browser says."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import PurePath
from typing import BinaryIO

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from shared_services.tenancy.errors import NotAllowed

from .choices import ALLOWED_TYPES, ALLOWED_TYPES_TEXT

SAMPLE_BYTES = 64 * 1024
_BY_ENDING = {ending: kind for kind, endings in ALLOWED_TYPES.items() for ending in endings}


def check_size(upload: UploadedFile) -> None:
    limit = settings.ATTACHMENT_LIMIT_BYTES
    if not upload.size:
        raise NotAllowed("The selected file is empty. Choose a file that has something in it.", code="empty_file")
    if upload.size > limit:
        raise NotAllowed(
            f"The selected file must be smaller than {limit // (1024 * 1024)} MB. Make it smaller or split it.",
            code="file_too_big",
        )


def content_type_of(upload: UploadedFile) -> str:
    """The type of a file from its content; refuses what may not be attached or pretends to be something else."""
    ending = PurePath(upload.name or "").suffix.lower()
    expected = _BY_ENDING.get(ending)
    if expected is None:
        raise NotAllowed(f"The selected file must be a {ALLOWED_TYPES_TEXT} file.", code="file_type")
    upload.seek(0)
    found = _is_text(upload, expected) if expected.startswith("text/") else _sniff(upload, ending)
    upload.seek(0)
    if found != expected:
        raise NotAllowed(
            f"The content of the selected file is not what its name says. Save it again as a {ALLOWED_TYPES_TEXT} file.",
            code="file_type",
        )
    return expected


def _sniff(upload: UploadedFile, ending: str) -> str:
    """What the magic numbers and, for office files, the packed content say."""
    sample = upload.read(SAMPLE_BYTES)
    upload.seek(0)
    if sample.startswith(b"PK"):
        return _office_type(upload)
    try:
        matches = puremagic.magic_string(sample, f"upload{ending}")
    except puremagic.PureError:
        return ""
    kinds = {match.mime_type for match in matches}
    expected = _BY_ENDING[ending]
    starts = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
    return expected if expected in kinds and sample.startswith(starts[expected]) else ""


def _office_type(upload: BinaryIO | UploadedFile) -> str:
    """Word, Excel and OpenDocument files are zip archives; what is inside tells them apart."""
    try:
        with zipfile.ZipFile(upload) as archive:  # type: ignore[arg-type]
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                kind = archive.read("mimetype").decode("ascii", "replace")
                return kind if kind in ALLOWED_TYPES else ""
    except (zipfile.BadZipFile, OSError, RuntimeError):
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return ""


def _is_text(upload: UploadedFile, expected: str) -> str:
    """Plain text has no NUL, is UTF-8 or Windows-1252, and a CSV file can be read as one."""
    sample = upload.read(SAMPLE_BYTES)
    if b"\x00" in sample or sample.startswith((b"%PDF", b"PK\x03\x04", b"\x7fELF", b"MZ")):
        return ""
    try:
        text = sample.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = sample.decode("cp1252", "replace")
    if text.lstrip().lower().startswith(("<!doctype", "<html", "<svg", "<script", "<?xml")):
        return ""
    if expected == "text/csv":
        try:
            for _ in zip(range(5), csv.reader(io.StringIO(text)), strict=False):
                pass
        except csv.Error:
            return ""
    return expected
