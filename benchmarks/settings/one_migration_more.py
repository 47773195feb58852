"""The owner's settings with one more migration of the organisation app: a column on departments."""

import os

from .owner import *  # noqa: F403

MIGRATION_MODULES = {"organisation": os.environ["BENCH_MIGRATIONS"]}
