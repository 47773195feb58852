"""`python -m config.serving`: set up what is missing, serve the portal, stop cleanly on Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import lifecycle, services
from config.embedded.account import CannotRunPostgres
from config.embedded.valkey import CannotRunValkey

from .processes import Supervisor, portal_processes
from .setting_up import set_up
from .sign_in_table import sign_in_table

PATIENCE_SECONDS = 90


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.serving", description=__doc__)
    parser.add_argument("--set-up-only", action="store_true", help="prepare everything, serve nothing")
    options = parser.parse_args(arguments)
    var_dir = services.default_var_dir()
    port = int(os.environ.get("PORT", "8000"))
    # From here on SIGTERM stops us the way Ctrl-C does: whatever runs ends in order.
    # Also for a shell's background job, which is started with Ctrl-C ignored.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        with _alone(var_dir):
            if not options.set_up_only:
                _refuse_taken_port(port)
            with lifecycle.running(var_dir):
                set_up(var_dir)
                if not options.set_up_only:
                    _serve(port, var_dir)
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    except (CannotRunPostgres, CannotRunValkey, lifecycle.UnsafeSocketDirectory) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _serve(port: int, var_dir: Path) -> None:
    supervisor = Supervisor(portal_processes(port=port, var_dir=var_dir), var_dir)
    watching = threading.Thread(target=supervisor.watch, daemon=True)
    try:
        supervisor.start()
        watching.start()
        _wait_until_it_answers(port, var_dir)
        print(sign_in_table(port=port, base_host=os.environ.get("GUILDHALL_BASE_HOST", "localhost")))
        print(f"Logs: {var_dir / 'logs'}. Ctrl-C stops everything.", flush=True)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        # A second Ctrl-C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise
    finally:
        supervisor.stop()


def _wait_until_it_answers(port: int, var_dir: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise SystemExit(f"The portal does not answer. Its log: {var_dir / 'logs' / 'web.log'}") from None
            time.sleep(0.2)


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(f"Port {port} is in use. Choose another: PORT={port + 1} make demo") from None


@contextmanager
def _alone(var_dir: Path) -> Iterator[None]:
    folder = var_dir / "serving"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("The portal of this clone is already being served or set up.") from None
        yield


if __name__ == "__main__":
    sys.exit(main())
