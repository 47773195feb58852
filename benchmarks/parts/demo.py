"""How long `make demo` takes from a fresh clone to the sign-in page, and the second time."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.endings import descendants, kill
from benchmarks.figures import Figure, at_most, not_measured

ROOT = Path(__file__).resolve().parents[2]
COLD, WARM = "make demo, from clone to sign-in page, packages cached", "make demo, the second time"
COLD_SECONDS, WARM_SECONDS = 240, 15
PATIENCE_SECONDS = 600
STOPPING_SECONDS = 60
NOT_THE_CLONES = (
    "GUILDHALL_VAR",
    "BENCH_PRODUCT_VAR",
    "DJANGO_SETTINGS_MODULE",
    "VIRTUAL_ENV",
    "MAKEFLAGS",
    "MAKELEVEL",
)


class NoSignInPage(RuntimeError):
    """The demo ended, or was not there in time."""


def measure(folder: Path) -> list[Figure]:
    clone = folder / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    made = subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(clone)], check=False)
    if made.returncode:
        return [not_measured(name, "this is not a git clone") for name in (COLD, WARM)]
    try:
        return [
            at_most(COLD, _until_sign_in(clone, folder / "demo.cold.log"), COLD_SECONDS, "s"),
            at_most(WARM, _until_sign_in(clone, folder / "demo.warm.log"), WARM_SECONDS, "s"),
        ]
    except NoSignInPage as missing:
        print(missing)
        return [not_measured(name, "the demo did not come up") for name in (COLD, WARM)]
    finally:
        _stop_servers(clone)
        shutil.rmtree(clone, ignore_errors=True)


def _until_sign_in(clone: Path, log: Path) -> float:
    port = _free_port()
    began = time.monotonic()
    with log.open("w") as output:
        # A group of its own: the signal that ends it is the Ctrl-C of a terminal, which reaches make and its children.
        demo = subprocess.Popen(
            ["make", "demo", f"PORT={port}"], cwd=clone, env=_environment(), stdout=output, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        while not _sign_in_page(port):
            if demo.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                raise NoSignInPage(log.read_text()[-3000:])
            time.sleep(0.2)
        return time.monotonic() - began
    finally:
        _stop(demo)


def _stop(demo: subprocess.Popen[bytes]) -> None:
    """Ctrl-C, as at a terminal. What does not stop is ended: the portal's processes have sessions of their own."""
    family = descendants(demo.pid)
    if demo.poll() is None:
        os.killpg(demo.pid, signal.SIGINT)
    try:
        demo.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"make demo had not stopped {STOPPING_SECONDS} s after Ctrl-C.")
    kill(family)
    demo.wait()


def _stop_servers(clone: Path) -> None:
    """The clone's own PostgreSQL and Valkey, should its portal have been killed."""
    python = clone / ".venv" / "bin" / "python"
    if python.exists():
        subprocess.run(
            [python, "-m", "config.embedded", "down", "--var", str(clone / "var")],
            cwd=clone, env=_environment(), stdout=subprocess.DEVNULL, check=False, timeout=STOPPING_SECONDS,
        )  # fmt: skip


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_THE_CLONES}


def _sign_in_page(port: int) -> bool:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/account/login/", headers={"Host": "liverpool.localhost"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
