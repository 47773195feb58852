"""Start and stop the embedded servers. With DATABASE_URL or REDIS_URL set, that server is left to its keeper."""

from __future__ import annotations

import fcntl
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from . import postgres, services, valkey
from .account import UNPRIVILEGED


class Server(Protocol):
    """What `postgres` and `valkey` both offer."""

    def is_up(self, var_dir: Path) -> bool: ...
    def start(self, var_dir: Path) -> None: ...
    def stop(self, var_dir: Path) -> None: ...


class UnsafeSocketDirectory(Exception):
    """Someone else made the directory where our sockets belong."""


def start(var_dir: Path) -> list[str]:
    """Start what is embedded and not running; gives back the names of what this call started."""
    started: list[str] = []
    embedded = [(name, server) for name, server in _embedded() if not server.is_up(var_dir)]
    if not embedded:
        return started
    with _only_one_at_a_time(var_dir):
        _prepare_sockets(var_dir)
        for name, server in embedded:
            if not server.is_up(var_dir):
                server.start(var_dir)
                started.append(name)
    return started


def ensure_running(var_dir: Path) -> None:
    """Start what is not running, and leave it running."""
    start(var_dir)


def stop(var_dir: Path) -> None:
    """Stop the embedded servers, jobs' broker first. Safe to run twice."""
    if not services.embedded_dir(var_dir).is_dir():
        return
    with _only_one_at_a_time(var_dir):
        for _, server in reversed(_embedded()):
            server.stop(var_dir)


def status(var_dir: Path) -> dict[str, str]:
    """Each server: "running", "stopped", or "elsewhere" when a URL names it."""
    embedded = dict(_embedded())
    return {
        name: ("running" if embedded[name].is_up(var_dir) else "stopped") if name in embedded else "elsewhere"
        for name in ("postgres", "valkey")
    }


@contextmanager
def running(var_dir: Path) -> Iterator[None]:
    """The servers run inside the block; those that it started stop after it."""
    started = start(var_dir)
    try:
        yield
    finally:
        with _only_one_at_a_time(var_dir):
            for name, server in reversed(_embedded()):
                if name in started:
                    server.stop(var_dir)


def _embedded() -> list[tuple[str, Server]]:
    servers: list[tuple[str, Server]] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(("postgres", postgres))
    if not os.environ.get("REDIS_URL"):
        servers.append(("valkey", valkey))
    return servers


@contextmanager
def _only_one_at_a_time(var_dir: Path) -> Iterator[None]:
    """Two commands of one clone that start at once wait for each other. The kernel lets go if we die."""
    folder = services.embedded_dir(var_dir)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _prepare_sockets(var_dir: Path) -> None:
    folder = services.socket_dir(var_dir)
    folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    seen = folder.lstat()
    # The temporary directory is everybody's: a directory planted there by another account would let it
    # answer in our server's place.
    mine = {os.geteuid()} if os.geteuid() else {0, _nobody()}
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in mine or stat.S_IMODE(seen.st_mode) & 0o077:
        raise UnsafeSocketDirectory(
            f"{folder} belongs to another account or is open to others. Remove it, or set TMPDIR to a directory of yours."
        )
    (services.embedded_dir(var_dir) / "sockets").write_text(f"{folder}\n")


def _nobody() -> int:
    try:
        return pwd.getpwnam(UNPRIVILEGED).pw_uid
    except KeyError:
        return 0
