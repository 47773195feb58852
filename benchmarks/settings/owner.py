"""Owner work of the benchmarks: building, provisioning and migrating on the servers under var/bench."""

import os
from pathlib import Path

os.environ.setdefault("GUILDHALL_VAR", str(Path(__file__).resolve().parents[2] / "var" / "bench"))

from config.settings.owner import *  # noqa: E402, F403
