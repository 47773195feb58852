"""What the inbox and a case's page ask of the database and cost, in a council with few open cases and in one with many."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

import psutil  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

ROUNDS = 9
PAGES_A_ROUND = 20


class Visit:
    """One officer's browser in one council."""

    def __init__(self, scene: dict[str, Any]) -> None:
        self.client = Client(headers={"host": scene["host"]})
        self.client.cookies[scene["session_cookie"]] = scene["sessions"]["busy"]
        self.addresses = {"inbox": "/inbox/", "case page": f"/cases/{scene['case']}/"}

    def get(self, page: str) -> None:
        answer = self.client.get(self.addresses[page])
        if answer.status_code != 200:
            raise RuntimeError(f"{self.addresses[page]} answered {answer.status_code}.")

    def queries(self, page: str) -> int:
        self.get(page)
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            self.get(page)
        for sql in asked:
            print(sql[:300], file=sys.stderr)
        return len(asked)

    def cost(self, page: str) -> float:
        """CPU seconds a page, of this process and of the server process that answers it."""
        backend = _server_process(lambda: self.get(page))
        before = _spent(backend)
        for _ in range(PAGES_A_ROUND):
            self.get(page)
        return (_spent(backend) - before) / PAGES_A_ROUND


def _server_process(get: Callable[[], None]) -> psutil.Process:
    """The server process of the connection that a page is answered by."""
    found: list[int] = []

    def note(execute: Any, *asked: Any) -> Any:
        if not found and connection.connection is not None:
            found.append(connection.connection.info.backend_pid)
        return execute(*asked)

    with connection.execute_wrapper(note):
        get()
    return psutil.Process(found[0])


def _spent(backend: psutil.Process) -> float:
    theirs = backend.cpu_times()
    return time.process_time() + theirs.user + theirs.system


def compare(few: Visit, many: Visit) -> dict[str, Any]:
    """For each page its queries with few and with many, and what it costs with many divided by with few."""
    found: dict[str, Any] = {}
    for page in few.addresses:
        counts = [few.queries(page), many.queries(page)]
        ratios = []
        for _ in range(ROUNDS):
            below, above = few.cost(page), many.cost(page)
            ratios.append(above / below)
        found[page] = {"queries": counts, "ratio": statistics.median(ratios)}
    return found


if __name__ == "__main__":
    small, large = (json.loads(Path(path).read_text()) for path in sys.argv[1:3])
    print(json.dumps(compare(Visit(small), Visit(large))))
