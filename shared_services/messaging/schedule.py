"""Lines for the beat schedule: which task, for whom, when. Importable before Django has started."""

from __future__ import annotations

from typing import Any

from .registry import BULK, allow_from_schedule

SHARED_SERVICE = 0


def for_every_council(task: str, schedule: Any, *, with_shared_service: bool = False) -> dict[str, Any]:
    """This task in each council's room."""
    return _line("messaging.fan_out", schedule, task=task, with_shared_service=with_shared_service)


def for_the_shared_service(task: str, schedule: Any) -> dict[str, Any]:
    """This task in the shared service's room."""
    return _line("messaging.promise", schedule, task=task)


def _line(name: str, schedule: Any, **arguments: Any) -> dict[str, Any]:
    allow_from_schedule(arguments["task"])
    return {
        "task": name,
        "schedule": schedule,
        "kwargs": arguments,
        "options": {"queue": BULK, "headers": {"council": SHARED_SERVICE}},
    }
