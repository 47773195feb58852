"""The tests: their own servers under var/test, and one owner connection that takes each room's role in turn.

Tests marked with the `walled` fixture run as production does, logged in as each room.
"""

import os
from pathlib import Path

os.environ.setdefault("GUILDHALL_VAR", str(Path(__file__).resolve().parents[2] / "var" / "test"))

from .portal import *  # noqa: F403
from .portal import CACHES, DATABASES, VAR_DIR

WORKER = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
"""Two runs at the same time do not meet: each process has a database of its own."""
if "db" in CACHES["default"]["OPTIONS"]:
    # A process that empties its cache must not empty another's.
    CACHES["default"]["OPTIONS"]["db"] = 2 + int(WORKER[2:].split("_")[0]) if WORKER.startswith("gw") else 1
TEMPLATE_DATABASE = "guildhall_test_template"
DATABASES["default"]["NAME"] = f"guildhall_test_{WORKER}"
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
ALLOWED_HOSTS = [".test", "localhost"]
WALL_MODE = "setrole"
PRIVATE_FILES_DIR = VAR_DIR / f"files-{WORKER}"
BACKUPS_DIR = VAR_DIR / f"backups-{WORKER}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = None
"""Nothing is collected for the tests: static files are found where they lie."""
STORAGES = {
    "default": {"BACKEND": "shared_services.tenancy.storage.RoomStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SECOND_FACTOR_REQUIRED = False
NOTICE_MAIL_WAIT_SECONDS = 0
