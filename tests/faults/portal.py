"""A whole portal of the tests' own: servers under a temporary var/, web, worker and relay as real processes."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from config.embedded import lifecycle, services
from tests import rooms

BASE_DIR = Path(__file__).resolve().parents[2]
NORTHMOOR = "c0001"


def wait_until(holds: Callable[[], bool], *, seconds: float = 60, says: str = "") -> None:
    """Wait for something that other processes bring about."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {says or holds}"
        time.sleep(0.1)


class Portal:
    """Real processes that can be killed one by one."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "GUILDHALL_VAR": str(var_dir),
            "GUILDHALL_BASE_HOST": "test",
            "GUILDHALL_DEMO": "1",
            "GUILDHALL_RESEND_SECONDS": "2",
            "PORT": str(self.port),
            "PYTHONPATH": str(BASE_DIR),
        }

    def set_up(self) -> None:
        """Servers, the tests' own councils, and the ledger in every room."""
        lifecycle.start(self.var_dir)
        name = f"{settings.DATABASES['default']['NAME']}_carried"
        place = services.postgres(self.var_dir)
        rooms.carry_template(settings.TEMPLATE_DATABASE, name, Path(settings.VAR_DIR), place)
        for command in (["migrate_councils"], ["collectstatic", "--no-input", "--verbosity=0"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=BASE_DIR,
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "tests.faults.settings_owner"},
                check=True,
                stdout=subprocess.DEVNULL,
            )

    def start(self, *names: str) -> None:
        """Start some of web, worker and relay, and wait for the web to answer."""
        python = sys.executable
        commands = {
            "web": [python, "-m", "gunicorn", "--config", "config/gunicorn.py"],
            "worker": [
                python, "-m", "celery", "-A", "config.celery", "worker", "--concurrency=2", "--without-gossip",
                "--without-mingle", "--loglevel=INFO",
            ],
            "relay": [python, "manage.py", "relay"],
        }  # fmt: skip
        for name in names:
            with (self.var_dir / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    commands[name],
                    cwd=BASE_DIR,
                    env={**self.environment, "DJANGO_SETTINGS_MODULE": "tests.faults.settings_portal"},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        if "web" in names:
            wait_until(lambda: self.get("/healthz")[0] == 200, says="the web answers")

    def kill(self, name: str) -> None:
        """As a power cut would: the process and all its children, at once."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def hurry(self, at_once: bool = True) -> None:
        """Let slow work end at once (or take its time again): what had to be seen in the middle of it was seen."""
        mark = self.var_dir / "hurry"
        if at_once:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def tear_down(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        lifecycle.stop(self.var_dir)

    def get(self, path: str, host: str = "northmoor.test", timeout: float = 60) -> tuple[int, str]:
        """The status and body of a page; status 0 when nothing answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def inside_northmoor(self, *lines: str) -> None:
        """Run statements inside Northmoor’s room, as the portal's own processes do."""
        script = (
            "import django; django.setup()",
            "from shared_services.tenancy.directory import council_by_number",
            "from shared_services.tenancy.door import inside_council",
            "with inside_council(council_by_number(1)):",
            *(f"    {line}" for line in lines),
        )
        subprocess.run(
            [sys.executable, "-c", "\n".join(script)],
            cwd=BASE_DIR,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "tests.faults.settings_portal"},
            check=True,
        )

    def row(self, question: str) -> tuple[Any, ...]:
        """The one row that answers a question to Northmoor’s room."""
        with self.database() as database:
            database.execute(f"SET search_path = {NORTHMOOR}, public")
            found = database.execute(question).fetchone()  # type: ignore[arg-type]
            assert found is not None
            return found

    def database(self) -> psycopg.Connection:
        place = services.postgres(self.var_dir)
        return psycopg.connect(host=place.host, user=place.owner, dbname=place.name, autocommit=True)

    def lines(self, work: str, *, room: str = NORTHMOOR) -> Counter[int]:
        """How many lines each piece of work has left."""
        with self.database() as database:
            rows = database.execute(f"SELECT number FROM {room}.ledger_line WHERE work = %s", [work])
            return Counter(row[0] for row in rows)

    def open_promises(self) -> int:
        with self.database() as database:
            row = database.execute("SELECT count(*) FROM messaging_outboxmessage WHERE done_at IS NULL").fetchone()
            return int(row[0]) if row else 0
