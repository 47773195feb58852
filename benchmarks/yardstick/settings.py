"""A small Django project of its own for an API alone: no sessions, no templates, on a database of its own."""

import os
from pathlib import Path

from config.embedded import services

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("GUILDHALL_VAR", BASE_DIR / "var" / "bench"))
POSTGRES = services.postgres(VAR_DIR)

SECRET_KEY = services.secret_key(VAR_DIR)
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["benchmarks.yardstick"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "benchmarks.yardstick.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("YARDSTICK_DATABASE", "yardstick"),
        "HOST": POSTGRES.host,
        "PORT": POSTGRES.port,
        "USER": POSTGRES.owner,
        "CONN_MAX_AGE": None,
        # As the portal's engine does: values apart from the statement, and a statement planned once and kept.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
YARDSTICK_FULL_CLEAN = os.environ.get("YARDSTICK_FULL_CLEAN", "1") == "1"
