"""What every page takes in: the check against forged requests reads an upload before anybody asks who sent it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class OrdinaryUpload(FileUploadHandler):
    """Cuts off what no form of the portal asks for, before it fills the disk. Views that take more name handlers of their own."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        assert self.request is not None
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > settings.LARGEST_FORM_BYTES:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The next handler keeps the file."""
        return None
