"""Owner work of the tests: builds the template database that every test database is a copy of."""

import os
from pathlib import Path

os.environ.setdefault("GUILDHALL_VAR", str(Path(__file__).resolve().parents[2] / "var" / "test"))

from .owner import *  # noqa: F403
from .owner import DATABASES

DATABASES["default"]["NAME"] = "guildhall_test_template"
