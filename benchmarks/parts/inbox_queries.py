"""How many questions the inbox page asks the database, in the login mode, at two sizes of inbox."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.story import FEW_TASKS, OPEN_TASKS  # noqa: E402


def queries(scene: dict[str, Any], officer: str) -> int:
    client = Client(headers={"host": scene["host"]})
    client.cookies[scene["session_cookie"]] = scene["sessions"][officer]
    client.get("/inbox/")
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        answer = client.get("/inbox/")
    if answer.status_code != 200:
        raise RuntimeError(f"The inbox answered {answer.status_code}.")
    for sql in asked:
        print(sql[:300], file=sys.stderr)
    return len(asked)


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps({f"{FEW_TASKS:,}": queries(found, "calm"), f"{OPEN_TASKS:,}": queries(found, "busy")}))
