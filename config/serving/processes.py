"""The portal's processes: started together, restarted when one dies, stopped together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from shared_services.messaging.registry import OWNER, QUEUES

from .setting_up import BASE_DIR

PATIENCE_SECONDS = 20
LONGEST_PAUSE = 10.0


@dataclass
class Kept:
    """One process that is to run as long as the portal does."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 0.0
    start_at: float = 0.0


def portal_processes(*, port: int, var_dir: Path) -> list[Kept]:
    """What serves the portal: web, worker, the owner's worker, relay and beat."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "config.celery"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel=WARNING"]
    queues = ",".join(queue for queue in QUEUES if queue != OWNER)
    dispatcher = {"GUILDHALL_PROCESS": "dispatcher"}
    return [
        Kept("web", [python, "-m", "gunicorn", "--config", "config/gunicorn.py"], {"PORT": str(port)}),
        Kept("worker", [*celery, "worker", f"--queues={queues}", "--concurrency=2", *quiet]),
        Kept(
            "owner",
            [*celery, "worker", f"--queues={OWNER}", "--hostname=owner@%h", "--concurrency=1", *quiet],
            {"DJANGO_SETTINGS_MODULE": "config.settings.owner"},
        ),
        Kept("relay", [python, "manage.py", "relay"], dispatcher),
        Kept(
            "beat", [*celery, "beat", "--loglevel=WARNING", f"--pidfile={var_dir / 'serving' / 'beat.pid'}"], dispatcher
        ),
    ]


class Supervisor:
    """Starts each process in a session of its own, so that Ctrl-C reaches only us and the order of stopping is ours."""

    def __init__(self, kept: list[Kept], var_dir: Path) -> None:
        self.kept = kept
        self.folder = var_dir / "serving"
        self.logs = var_dir / "logs"
        self.stopping = threading.Event()
        self._one_hand = threading.Lock()

    def start(self) -> None:
        """Start everything; what an earlier supervisor left behind when it was killed is ended first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_orphans()
        for each in self.kept:
            self._launch(each)

    def watch(self) -> None:
        """Until told to stop, start again whatever ends; a process that keeps dying is given more time each time."""
        while not self.stopping.wait(0.5):
            with self._one_hand:
                self._look_after_all()

    def _look_after_all(self) -> None:
        if self.stopping.is_set():
            return
        now = time.monotonic()
        for each in self.kept:
            if each.process is not None and each.process.poll() is not None:
                lived = now - each.started_at
                each.pause = 0.5 if lived > 60 else min(max(each.pause * 2, 0.5), LONGEST_PAUSE)
                each.start_at = now + each.pause
                print(
                    f"{each.name} ended with code {each.process.returncode} and is started again; "
                    f"see {self.logs / each.name}.log",
                    flush=True,
                )
                each.process = None
            if each.process is None and now >= each.start_at:
                self._launch(each)

    def stop(self) -> None:
        """Stop everything, web first; each may finish what it has in hand."""
        self.stopping.set()
        with self._one_hand:
            for each in self.kept:
                if each.process is not None and each.process.poll() is None:
                    each.process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for each in self.kept:
            if each.process is None:
                continue
            try:
                each.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(
                    f"{each.name} did not stop in time and is ended; a job in its hand is done again later.", flush=True
                )
            # Children too: a worker that had to be killed leaves its own.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.process.pid, signal.SIGKILL)
        self._register().unlink(missing_ok=True)

    def _launch(self, each: Kept) -> None:
        with (self.logs / f"{each.name}.log").open("ab") as log:
            each.process = subprocess.Popen(
                each.command,
                cwd=BASE_DIR,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.portal", **each.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
            )
        each.started_at = time.monotonic()
        running = {
            other.name: [other.process.pid, psutil.Process(other.process.pid).create_time()]
            for other in self.kept
            if other.process is not None and psutil.pid_exists(other.process.pid)
        }
        self._register().write_text(json.dumps(running))

    def _register(self) -> Path:
        return self.folder / "processes.json"

    def _end_orphans(self) -> None:
        try:
            left = json.loads(self._register().read_text())
        except (OSError, ValueError):
            return
        for number, created in left.values():
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                process = psutil.Process(number)
                if abs(process.create_time() - created) < 1:
                    os.killpg(number, signal.SIGTERM)
                    process.wait(PATIENCE_SECONDS)
