"""Owner work of the benchmarks: building, provisioning and migrating on the servers under var/bench."""

import os
from pathlib import Path

os.environ.setdefault("GUILDHALL_VAR", str(Path(__file__).resolve().parents[2] / "var" / "bench"))

from config.settings.owner import *  # noqa: F403
from config.settings.owner import STORAGES

# Names of static files are looked up as in production; compressing the files themselves measures nothing here.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
