"""Start the measured programs under gunicorn and count the CPU that they and their backends use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.endings import end
from benchmarks.ground import backends_of

PROCESSES = 2
PATIENCE_SECONDS = 120


@dataclass
class Program:
    """One measured program: who serves it, with which settings, on which database."""

    name: str
    application: str
    settings_module: str
    database: str
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: psutil.Process | None = None

    def cpu_seconds(self) -> dict[int, float]:
        """User and system seconds so far, by process: the web processes and their database backends."""
        used: dict[int, float] = {}
        for process in self._processes():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            used[process.pid] = times.user + times.system
        return used

    def _processes(self) -> Iterator[psutil.Process]:
        assert self.process is not None
        yield self.process
        yield from self.process.children(recursive=True)
        for number in backends_of(self.database):
            try:
                yield psutil.Process(number)
            except psutil.NoSuchProcess:
                continue

    def web_processes(self) -> list[psutil.Process]:
        assert self.process is not None
        return self.process.children(recursive=True)


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    """CPU seconds between two counts. A process that began in between counts from its start."""
    return sum(seconds - before.get(number, 0.0) for number, seconds in after.items())


@contextmanager
def serving(programs: Iterable[Program], folder: Path, root: Path) -> Iterator[None]:
    """Serve every program, each on a free port of this machine, until the block ends."""
    programs = list(programs)
    started: list[subprocess.Popen[bytes]] = []
    try:
        for program in programs:
            program.port = _free_port()
            started.append(_start(program, folder, root))
            program.process = psutil.Process(started[-1].pid)
        for program in programs:
            _wait_for(program, folder)
        yield
    finally:
        end(started)


def _start(program: Program, folder: Path, root: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{program.name}.web.log").open("w") as log:
        # Every program runs as the product is served, but with one thread a process: fewer connections to warm.
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", program.application],
            cwd=root,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                **program.environment,
                "DJANGO_SETTINGS_MODULE": program.settings_module,
                "PORT": str(program.port),
                "WEB_CONCURRENCY": str(PROCESSES),
                "GUILDHALL_THREADS": "1",
            },
        )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(program: Program, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", program.port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{program.name} did not start:\n{(folder / f'{program.name}.web.log').read_text()[-3000:]}")
