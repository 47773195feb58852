"""The product as it is deployed, on the servers under var/bench: one login a council, row-level security."""

import os
from pathlib import Path

os.environ.setdefault("GUILDHALL_VAR", str(Path(__file__).resolve().parents[2] / "var" / "bench"))

from config.settings.portal import *  # noqa: F403
from config.settings.portal import STORAGES

# The officers of the benchmark sign in by token and never type a password or a code.
SECOND_FACTOR_REQUIRED = False
# Names of static files are looked up as in production; compressing the files themselves measures nothing here.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
# The mail that approvals promise goes nowhere, so that a worker has no job left that can only fail.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
