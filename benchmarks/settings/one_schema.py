"""The product's own code without the wall: one owner login, a fixed search path, no row-level security."""

from .portal import *  # noqa: F403
from .portal import DATABASES, POSTGRES

WALL_MODE = "none"
DATABASES["default"]["ENGINE"] = "benchmarks.one_schema"
DATABASES["default"]["NAME"] = "guildhall_one_schema"
DATABASES["default"]["USER"] = POSTGRES.owner
DATABASES["default"]["OPTIONS"] = {"options": "-c search_path=c0001,public"}
