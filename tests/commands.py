"""Commands of manage.py in processes of their own, without starting Python and Django anew for each.

A server is started once for every environment and forks for each command: the command has the settings asked for, sees
nothing of what the one before it kept in memory, and a test waits for its work alone.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENDED = b"\0ended "
"""Begins the line that follows everything a command said, with its exit status."""
LONGEST_SECONDS = 180


def start_command(environment: dict[str, str], *arguments: object) -> subprocess.Popen[bytes]:
    """A command in a process started for it alone, such as a test can kill."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)], cwd=ROOT, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def run_command(environment: dict[str, str], *arguments: object) -> tuple[int, str]:
    """Exit status of a command and everything that it said."""
    server = _server(tuple(sorted(environment.items())))
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(json.dumps([str(argument) for argument in arguments]).encode() + b"\n")
    server.stdin.flush()
    said = b""
    for line in server.stdout:
        before, mark, status = line.partition(ENDED)
        said += before
        if mark:
            return int(status), said.decode()
    raise RuntimeError(f"The server of commands ended: {said.decode()}")


@cache
def _server(environment: tuple[tuple[str, str], ...]) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.commands"], cwd=ROOT, env={**os.environ, **dict(environment)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    # It ends when nobody can ask it anything any more.
    atexit.register(server.communicate)
    return server


def serve() -> None:
    """Run each command that is asked for, a list of arguments a line, in a fork of this process."""
    import django
    from django.core.management.base import BaseCommand

    django.setup()
    # The checks of the whole system are the same each time, and none of what such a test is about.
    BaseCommand.requires_system_checks = []
    for asked in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST_SECONDS)
            os._exit(_run(json.loads(asked)))
        _, status = os.waitpid(child, 0)
        sys.stdout.buffer.write(ENDED + b"%d\n" % os.waitstatus_to_exitcode(status))
        sys.stdout.buffer.flush()


def _run(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    status = 0
    try:
        execute_from_command_line(["manage.py", *arguments])
    except SystemExit as asked:
        status = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    serve()
