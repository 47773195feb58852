"""Migrations, provisioning and backup: stock django-tenants backend, logged in as the schema's owner."""

from .base import *  # noqa: F403
from .base import DATABASE_NAME, POSTGRES

DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": DATABASE_NAME,
        "HOST": POSTGRES.host,
        "PORT": POSTGRES.port,
        "USER": POSTGRES.owner,
        "PASSWORD": POSTGRES.password,
    }
}
WALL_MODE = "owner"
