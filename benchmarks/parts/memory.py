"""Resident memory of a web process after a round of work, and of a worker after jobs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.portal")
django.setup()

import psutil  # noqa: E402
from django.conf import settings  # noqa: E402

from benchmarks.endings import end  # noqa: E402
from benchmarks.figures import Figure, at_most, not_measured, taken  # noqa: E402
from shared_services.messaging.tasks import for_every_council  # noqa: E402
from shared_services.tenancy.directory import council_by_number  # noqa: E402
from shared_services.tenancy.door import inside_council  # noqa: E402

PATIENCE_SECONDS = 240
"""Among the jobs are mails of what the rounds before it did: each waits a minute for others to the same officer."""
JOBS = ("workflow.catch_up_cases", "people.open_leave_years")
WEB, WORKER = "resident memory of a web process", "resident memory of a worker process"


def web_figure(folder: Path) -> Figure:
    """Taken by `operations`, at the end of its rounds."""
    taken = folder / "web_memory.json"
    if not taken.exists():
        return not_measured(WEB, "the operations were not measured in this run")
    return at_most(WEB, max(json.loads(taken.read_text())), 180, "MiB")


def worker_figure(folder: Path) -> Figure:
    """A worker as the demo starts it, after it has done some councils' jobs."""
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [
                sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--concurrency=2",
                "--without-gossip", "--without-mingle", "--loglevel=WARNING",
            ],
            cwd=settings.BASE_DIR, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        relay = subprocess.Popen(
            [sys.executable, "manage.py", "relay"], cwd=settings.BASE_DIR, stdout=log, stderr=subprocess.STDOUT,
            env={**os.environ, "GUILDHALL_PROCESS": "dispatcher"},
        )  # fmt: skip
    try:
        _give_it_work()
        found = psutil.Process(worker.pid)
        largest = max(process.memory_info().rss for process in [found, *found.children(recursive=True)])
    finally:
        end([relay, worker])
    return at_most(WORKER, largest / 2**20, 200, "MiB")


def _give_it_work() -> None:
    shared = council_by_number(0)
    deadline = time.monotonic() + PATIENCE_SECONDS
    with inside_council(shared):
        for job in JOBS:
            for_every_council(job)
    while time.monotonic() < deadline:
        time.sleep(1)
        if not _open_jobs():
            return
    raise RuntimeError(f"The worker has not done {_open_jobs()} jobs in {PATIENCE_SECONDS} s.")


def _open_jobs() -> int:
    from shared_services.messaging.models import OutboxMessage

    waiting = 0
    for number in (0, 1):
        with inside_council(council_by_number(number)):
            waiting += OutboxMessage.objects.open().filter(owner_id=number).count()
    return waiting


def measure(folder: Path) -> list[Figure]:
    return [*taken([WEB], lambda: [web_figure(folder)]), *taken([WORKER], lambda: [worker_figure(folder)])]


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
