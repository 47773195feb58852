"""An upload that is read as it arrives and never stored: no file, no temporary file, no copy in memory."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers, StopUpload
from django.http import HttpRequest

from shared_services.accounts.limits import count_use
from shared_services.tenancy.errors import NotAllowed

from .comparing import CannotRead, SpendReading
from .selectors import known_suppliers

LIMIT_MEGABYTES = 100
LIMIT_BYTES = LIMIT_MEGABYTES * 1024 * 1024
WILL_DRAIN_BYTES = 2 * LIMIT_BYTES
"""A larger upload is cut off instead of being waited for."""
TIMES, SECONDS = 10, 60 * 60
"""So many comparisons an hour from one network."""


class ReadFile(UploadedFile):
    """What is left of an uploaded file: its name, and what was read in it or why it could not be."""

    def __init__(self, name: str, size: int, reading: SpendReading | None, fault: str) -> None:
        super().__init__(file=None, name=name, content_type="text/csv", size=size)
        self.reading = reading
        self.fault = fault

    def close(self) -> None:
        """There is no file to close."""


class SpendUpload(FileUploadHandler):
    """Adds a spend file up while its pieces arrive."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.reading: SpendReading | None = None
        self.fault = ""
        self.size = 0
        self.begun = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        assert self.request is not None
        length = int(self.request.META.get("CONTENT_LENGTH") or 0)
        if length > LIMIT_BYTES:
            self.fault = f"The file is larger than {LIMIT_MEGABYTES} MB. Choose the spend file of one year."
            if length > WILL_DRAIN_BYTES:
                raise StopUpload(connection_reset=True)
            # Waited for piece by piece: Django itself would wait line by line, and hold a line of any length in memory.
        if self.begun:
            raise SkipFile("One file is compared at a time.")
        self.begun = True
        if not self.fault:
            try:
                count_use(self.request, "compare", times=TIMES, seconds=SECONDS)
            except NotAllowed as refusal:
                self.fault = refusal.message
            else:
                self.reading = SpendReading(frozenset(known_suppliers()))
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > LIMIT_BYTES:
            self.fault = f"The file is larger than {LIMIT_MEGABYTES} MB. Choose the spend file of one year."
        if self.reading is None or self.fault:
            return
        try:
            self.reading.feed(raw_data)
        except CannotRead as fault:
            self.fault = str(fault)

    def file_complete(self, file_size: int) -> ReadFile:
        if self.reading is not None and not self.fault and file_size:
            try:
                self.reading.finish()
            except CannotRead as fault:
                self.fault = str(fault)
        return ReadFile(self.file_name or "file", file_size, self.reading, self.fault)
