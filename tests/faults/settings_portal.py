"""The portal's settings with the tests' ledger in every room and its addresses at every council."""

from config.settings.portal import *  # noqa: F403
from config.settings.portal import INSTALLED_APPS, TENANT_APPS

TENANT_APPS = [*TENANT_APPS, "tests.faults.ledger"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.ledger"]
ROOT_URLCONF = "tests.faults.urls"
