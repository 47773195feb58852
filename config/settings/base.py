"""Settings that every process shares. The process kinds add theirs: `portal`, `owner`, `test`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from redis.backoff import ConstantBackoff
from redis.retry import Retry

from config.embedded import services

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("GUILDHALL_VAR", BASE_DIR / "var"))
DEMO = os.environ.get("GUILDHALL_DEMO") == "1"
DEBUG = os.environ.get("GUILDHALL_DEBUG") == "1"
PORT = int(os.environ.get("PORT", "8000"))

SECRET_KEY = services.secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = [secret for secret in os.environ.get("GUILDHALL_OLD_SECRET_KEYS", "").split() if secret]
"""Earlier secrets: what they sealed can still be opened, and is sealed anew each night."""
BASE_HOST = os.environ.get("GUILDHALL_BASE_HOST", "localhost")
"""The shared service answers here; councils at <slug>.<BASE_HOST>."""
ALLOWED_HOSTS = [BASE_HOST, f".{BASE_HOST}"]
USE_X_FORWARDED_HOST = False

PLATFORM_CONTACT = os.environ.get("GUILDHALL_CONTACT", f"platform@{BASE_HOST}")
"""Whom officers ask whose own portal is closed to them."""

# -- Rooms -------------------------------------------------------------------------------------
FURNITURE_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "shared_services.accounts",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "shared_services.audit",
    "shared_services.annexes",
    "shared_services.govuk",
    "shared_services.api",
    "shared_services.notices",
    "shared_services.webhooks",
    "shared_services.leaving",
]
"""Shared code whose tables every room has, and public never: the one exception to "the path tells the schema"."""
COUNCIL_APPS = [
    "councils.organisation",
    "councils.finance",
    "councils.purchasing",
    "councils.people",
    "councils.migration",
    "councils.setting_up",
]
POOLED_APPS = [
    "shared_services.tenancy",
    "shared_services.access",
    "shared_services.messaging",
    "shared_services.workflow",
    "shared_services.modelling",
    "shared_services.procurement",
    "shared_services.insight",
    "shared_services.joining",
    "shared_services.operating",
    "shared_services.assurance",
    "django_celery_beat",
]
TABLELESS_APPS = [
    "django_tenants",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.isolation",
    "config.demo",
]
SHARED_APPS = [*TABLELESS_APPS, *POOLED_APPS]
TENANT_APPS = [*FURNITURE_APPS, *COUNCIL_APPS]
INSTALLED_APPS = [*TABLELESS_APPS, *POOLED_APPS, *FURNITURE_APPS, *COUNCIL_APPS]
TENANT_MODEL = "tenancy.Council"
TENANT_DOMAIN_MODEL = "tenancy.CouncilHost"
PUBLIC_SCHEMA_NAME = "public"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
SILENCED_SYSTEM_CHECKS: list[str] = []

REFERENCE_DATA = [
    "shared_services.tenancy.reference_data",
    "shared_services.procurement.reference_data",
    "shared_services.workflow.reference_data",
    "shared_services.insight.reference_data",
    "shared_services.joining.reference_data",
]

# -- Requests ----------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls.council"
SHARED_SERVICE_URLCONF = "config.urls.shared"
ROOMLESS_URLCONF = "config.urls.roomless"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "config.middleware.HealthChecks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shared_services.govuk.middleware.SecurityHeaders",
    "shared_services.govuk.middleware.NoNulls",
    "shared_services.govuk.middleware.ClearPageWhileServersAreDown",
    "shared_services.tenancy.middleware.CouncilByHost",
    "councils.setting_up.middleware.AllowedNetworks",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "shared_services.govuk.middleware.UploadHandlersOfTheView",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shared_services.accounts.middleware.ActingOfficer",
    "shared_services.accounts.middleware.SecondFactorRequired",
    "shared_services.operating.middleware.ClosedRoom",
    "shared_services.operating.middleware.WatchedAccess",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shared_services.govuk.context_processors.page_shell",
            ],
        },
    }
]
FORM_RENDERER = "shared_services.govuk.forms.GovukRenderer"
CSRF_FAILURE_VIEW = "shared_services.govuk.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# -- Database and broker -----------------------------------------------------------------------
ORIGINAL_BACKEND = "django.db.backends.postgresql"
POSTGRES = services.postgres(VAR_DIR)
"""Where PostgreSQL is: the server in DATABASE_URL, or the embedded one under var/."""
DATABASE_NAME = os.environ.get("GUILDHALL_DATABASE", POSTGRES.name)
"""Another database on the same server, for the isolation report and the benchmarks."""
ROLE_PASSWORD = services.role_password
"""The password of a room's role on a server of one's own; None where the embedded server knows the process by its user."""
VALKEY_URL = services.valkey_url(VAR_DIR)
DATABASES: dict[str, dict[str, Any]] = {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": VALKEY_URL,
        "KEY_FUNCTION": "shared_services.tenancy.cache.room_key",
        "OPTIONS": {
            # A page waits a moment for Valkey, then says clearly that it is away.
            "socket_timeout": 3,
            "socket_connect_timeout": 2,
            "retry": Retry(ConstantBackoff(0.2), 2),
            **({"db": 1} if VALKEY_URL.startswith("unix") else {}),
        },
    }
}

# -- Jobs --------------------------------------------------------------------------------------
JOBS_APP = "config.celery.app"
"""The application that the outbox relay sends with."""
OUTBOX_RESEND_SECONDS = int(os.environ.get("GUILDHALL_RESEND_SECONDS", "60"))
"""A job that was sent and is not done after this time is sent again; each time the wait doubles."""

# -- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "shared_services.accounts.backends.RoomBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_ENGINE = "shared_services.accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEMO or DEBUG)
# A browser takes a cookie with this prefix only from the very host it is for, never from a sibling council's.
HOST_ONLY = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME = f"{HOST_ONLY}guildhall_session"
CSRF_COOKIE_NAME = f"{HOST_ONLY}guildhall_csrf"
SECURE_HSTS_SECONDS = 0 if DEMO or DEBUG else 365 * 24 * 60 * 60
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("GUILDHALL_TLS_PROXY") == "1" else None
"""Set where a proxy that ends TLS always sets this header itself; plain HTTP is then sent on to HTTPS."""
SECURE_SSL_REDIRECT = SECURE_PROXY_SSL_HEADER is not None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 60 * 60
"""A working day. Cookies have no domain, so a browser sends them to the one host that set them."""
SECOND_FACTOR_REQUIRED = not DEMO
AUTH_PASSWORD_VALIDATORS = [
    # NCSC: length and a list of common passwords; no composition rules, no forced expiry, no upper limit.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "work_name")},
    },
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
ACCOUNT_ADAPTER = "shared_services.accounts.adapters.RoomAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/300s/key", "reset_password": "20/m/ip,3/10m/key"}
ACCOUNT_FORMS = {
    "login": "shared_services.accounts.forms.SignInForm",
    "reset_password": "shared_services.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "shared_services.accounts.forms.NewPasswordForm",
    "change_password": "shared_services.accounts.forms.ChangePasswordForm",
    "reauthenticate": "shared_services.accounts.forms.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": "shared_services.accounts.forms.EnterCodeForm",
    "reauthenticate": "shared_services.accounts.forms.ConfirmCodeForm",
    "activate_totp": "shared_services.accounts.forms.AddAuthenticatorForm",
    "add_webauthn": "shared_services.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "shared_services.accounts.forms.RenamePasskeyForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("GUILDHALL_PROXIES", "0"))
MFA_ADAPTER = "shared_services.accounts.adapters.RoomMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or DEBUG
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
SOCIALACCOUNT_ADAPTER = "shared_services.accounts.single_sign_on.RoomSocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
"""A link, not a form: the content security policy lets forms go nowhere but here. The state guards the way back."""
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SINGLE_SIGN_ON_MAY_BE_LOCAL = DEMO or DEBUG
"""Whether an identity provider may be on this machine; elsewhere its address must be public and encrypted."""
USERSESSIONS_TRACK_ACTIVITY = False
DEFAULT_FROM_EMAIL = os.environ.get("GUILDHALL_MAIL_FROM", f"no-reply@{BASE_HOST}")
EMAIL_HOST = os.environ.get("GUILDHALL_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("GUILDHALL_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("GUILDHALL_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("GUILDHALL_MAIL_PASSWORD", "")
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = VAR_DIR / "mail"
NOTIFY_KEY = os.environ.get("GUILDHALL_NOTIFY_KEY", "")
NOTIFY_TEMPLATE = os.environ.get("GUILDHALL_NOTIFY_TEMPLATE", "")
NOTIFY_URL = os.environ.get("GUILDHALL_NOTIFY_URL", "https://api.notifications.service.gov.uk")
"""With a key, emails go by GOV.UK Notify, through the template named here, and not by SMTP."""
if NOTIFY_KEY:
    EMAIL_BACKEND = "shared_services.notices.govuk_notify.EmailBackend"
elif (DEMO or DEBUG) and not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
"""The demo's mails are files under var/mail. Elsewhere a job keeps trying until a mail server is named."""
NOTICE_MAIL_WAIT_SECONDS = int(os.environ.get("GUILDHALL_NOTICE_MAIL_WAIT", "60"))
"""What an officer is told within this time goes as one email."""

# -- Webhooks ----------------------------------------------------------------------------------
WEBHOOK_LOCAL_HOSTS = frozenset(os.environ.get("GUILDHALL_WEBHOOK_LOCAL_HOSTS", "").split())
"""Receivers, as host:port, that webhooks may reach although they are inside the network or speak plain HTTP."""

# What goes wrong is written where the machine keeps the process's output. Messages name no personal data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "guildhall": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}

# -- API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "shared_services.api.authentication.TokenAuthentication",
        "shared_services.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["shared_services.api.answers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["shared_services.api.parsing.JsonParser"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "shared_services.api.openapi.RoomSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Guildhall API",
    "VERSION": "1",
    "DESCRIPTION": "What the portal's pages do, for programs. Money is text with two places, instants are UTC.",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Choices stand where they are used: many a field is called "status", and none of them deserves the name.
    "POSTPROCESSING_HOOKS": [],
}

# -- Language, time, files ---------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]
STATIC_URL = "/static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
PRIVATE_FILES_DIR = Path(os.environ.get("GUILDHALL_FILES") or VAR_DIR / "files")
DATA_DIR = BASE_DIR / "data"
STORAGES = {
    "default": {"BACKEND": "shared_services.tenancy.storage.RoomStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LARGEST_EXTRACT_MEGABYTES = int(os.environ.get("GUILDHALL_LARGEST_EXTRACT_MB", "2048"))
"""How much one upload of extracts of the legacy system, and each file in it, may have."""
EXIT_PACK_DAYS = int(os.environ.get("GUILDHALL_EXIT_PACK_DAYS", "7"))
"""So many days a council may download its exit pack; then the file is deleted."""
OCDS_PREFIX = os.environ.get("GUILDHALL_OCDS_PREFIX", "ocds-unregistered")
"""The prefix that the Open Contracting Partnership gave this portal; without one, exported orders say that they have none."""
ATTACHMENT_LIMIT_BYTES = 10 * 1024 * 1024
LARGEST_FORM_BYTES = 10 * ATTACHMENT_LIMIT_BYTES
"""How much a form may send with its files, where its page does not say otherwise."""
FILE_UPLOAD_HANDLERS = [
    "shared_services.govuk.uploads.OrdinaryUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# -- Operations of one council -----------------------------------------------------------------
BACKUPS_DIR = Path(os.environ.get("GUILDHALL_BACKUPS") or VAR_DIR / "backups")
"""Only the owner's worker needs it, best on another disk than the database."""
BACKUP_NIGHTLY = os.environ.get("GUILDHALL_BACKUP_NIGHTLY", "1") == "1"
BACKUP_KEEP_DAYS = int(os.environ.get("GUILDHALL_BACKUP_DAYS", "35"))
"""A council's backups are kept so long; the latest of all is never removed."""
DRILL_DAYS = int(os.environ.get("GUILDHALL_DRILL_DAYS", "30"))
"""How often the latest backup of each council is restored on trial."""
OLD_HOST_DAYS = int(os.environ.get("GUILDHALL_OLD_HOST_DAYS", "180"))
"""So long the earlier host name of a renamed council leads to the new one."""
LEAVING_KEEP_DAYS = int(os.environ.get("GUILDHALL_LEAVING_DAYS", "90"))
"""So long the room of a council that left is kept for its administrators, before it is removed."""

ROOM_CONNECTION_LIMIT = 60
"""Connections one council may hold at once, so that a busy one cannot starve the others."""
