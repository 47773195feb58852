"""Ending what a measurement started, whatever became of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable

import psutil

PATIENCE_SECONDS = 20


def end(
    started: Iterable[subprocess.Popen[str] | subprocess.Popen[bytes]], *, patience: float = PATIENCE_SECONDS
) -> None:
    """Ask processes to stop, and end those that do not, with everything that they have started themselves."""
    started = list(started)
    family = [process for each in started for process in descendants(each.pid)]
    for each in started:
        if each.poll() is None:
            each.terminate()
    psutil.wait_procs([process for process in family if process.is_running()], timeout=patience)
    kill(family)
    for each in started:
        each.wait(PATIENCE_SECONDS)


def descendants(number: int) -> list[psutil.Process]:
    """A process and all below it, whichever session they are in."""
    try:
        found = psutil.Process(number)
        return [found, *found.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(family: Iterable[psutil.Process]) -> None:
    """End what is left of a family. A number that belongs to another process by now is left alone."""
    for process in family:
        try:
            if process.is_running():
                process.kill()
        except psutil.NoSuchProcess:
            continue
