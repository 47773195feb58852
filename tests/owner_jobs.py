"""A process with the owner's settings, for tests of what only the schema's owner can do."""

from __future__ import annotations

import subprocess

from django.conf import settings

from shared_services.tenancy import directory
from tests.commands import run_command, start_command


def _environment() -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.owner",
        "GUILDHALL_VAR": str(settings.VAR_DIR),
        "GUILDHALL_DATABASE": settings.DATABASES["default"]["NAME"],
        "GUILDHALL_BACKUPS": str(settings.BACKUPS_DIR),
        "GUILDHALL_FILES": str(settings.PRIVATE_FILES_DIR),
        "GUILDHALL_BASE_HOST": "test",
    }


def owner_worker() -> subprocess.Popen[bytes]:
    """Does what waits in the owner's queue of the tests' database, then ends."""
    return start_command(_environment(), "owner_jobs")


def do_owner_jobs() -> None:
    """Do them now."""
    status, said = run_command(_environment(), "owner_jobs")
    assert status == 0, said
    directory.forget()
