"""A process with the owner's settings, for tests of what only the schema's owner can do."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from shared_services.tenancy import directory


def owner_worker() -> subprocess.Popen[bytes]:
    """Does what waits in the owner's queue of the tests' database, then ends."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.owner",
        "GUILDHALL_VAR": str(settings.VAR_DIR),
        "GUILDHALL_DATABASE": settings.DATABASES["default"]["NAME"],
        "GUILDHALL_BACKUPS": str(settings.BACKUPS_DIR),
        "GUILDHALL_BASE_HOST": "test",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "owner_jobs"], cwd=settings.BASE_DIR, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def do_owner_jobs() -> str:
    """Do them now; gives what the process said."""
    said, _ = owner_worker().communicate(timeout=120)
    directory.forget()
    return said.decode()
