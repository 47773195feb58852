"""Files live in their room's folder, outside the web root, and have no address of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from .door import current_council


@deconstructible
class RoomStorage(FileSystemStorage):
    """The room that is open decides the folder; a path that would leave it is refused by Django's own check."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **kwargs)

    @property
    def base_location(self) -> Path:  # type: ignore[override]
        return Path(settings.PRIVATE_FILES_DIR) / current_council().key

    @property
    def location(self) -> str:  # type: ignore[override]
        return str(self.base_location.absolute())

    def url(self, name: str | None) -> str:
        raise ValueError("A private file is downloaded through its page, which checks who asks.")
