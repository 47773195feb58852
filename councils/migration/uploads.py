"""Uploads of extracts: on disk as they arrive, and refused before they are read when they are too large."""

from __future__ import annotations

import shutil
import tempfile
import time
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.db import connection

from shared_services.govuk.words import spoken_size

from .rules import may_load_something

WILL_DRAIN_TIMES = 2
"""An upload of up to so many times the limit is waited for and thrown away, so that a browser shows the refusal; a larger
one is cut off."""
FORM_BYTES = 1 << 20
"""What the form around the files may add."""
KEEP_FREE = 1 << 30
"""Bytes that stay free on the disk, whatever is sent: everybody's files and jobs need it."""
SECONDS_BETWEEN_WORDS = 60


def largest() -> int:
    """Of one upload and of one file, in bytes."""
    return int(settings.LARGEST_EXTRACT_MEGABYTES) * 1024**2


def largest_in_words() -> str:
    """As an officer reads it: “2 GB”, “500 MB”."""
    return spoken_size(largest())


def how_to_split() -> str:
    return (
        "Split it by rows into smaller files, each beginning with the row of headings, and bring them one after another: "
        "rows that are here already are known by their key."
    )


class ExtractUpload(TemporaryFileUploadHandler):
    """Keeps files on disk while they arrive, whatever their size, and says why it would not read an upload."""

    fault = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        assert self.request is not None
        # The check against forged requests reads the body before the page asks who sent it.
        if not may_load_something(getattr(self.request, "actor", None)):
            raise StopUpload(connection_reset=True)
        length = int(self.request.META.get("CONTENT_LENGTH") or 0)
        if length > largest() + FORM_BYTES:
            self.fault = (
                f"This upload has {spoken_size(length)} and was not read: one may have {largest_in_words()}. "
                f"{how_to_split()}"
            )
            if length > WILL_DRAIN_TIMES * largest():
                raise StopUpload(connection_reset=True)
        elif length > shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()).free - KEEP_FREE:
            self.fault = "There is no room for these files on the portal’s disk now. Tell the platform’s team."
        # Waited for piece by piece: Django itself would wait line by line, and hold a line of any length in memory.
        (FileUploadHandler if self.fault else TemporaryFileUploadHandler).new_file(self, *args, **kwargs)
        self._heard_at = time.monotonic()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if not self.fault:
            super().receive_data_chunk(raw_data, start)
        if time.monotonic() - self._heard_at > SECONDS_BETWEEN_WORDS:
            _stay_in_the_room()
            self._heard_at = time.monotonic()

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None if self.fault else super().file_complete(file_size)


def _stay_in_the_room() -> None:
    """A word to the database, which ends a transaction that says nothing for five minutes: a slow line takes longer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def fault_of_upload(request: Any) -> str:
    """Why the files of a request were not read; empty when they were. Asked once its body has been parsed."""
    return next((one.fault for one in request.upload_handlers if isinstance(one, ExtractUpload)), "")
