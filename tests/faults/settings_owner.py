"""The owner's settings with the tests' ledger in every room."""

from config.settings.owner import *  # noqa: F403
from config.settings.owner import INSTALLED_APPS, TENANT_APPS

TENANT_APPS = [*TENANT_APPS, "tests.faults.ledger"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.ledger"]
