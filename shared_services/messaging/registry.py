"""Which tasks there are. Each app's `tasks` module fills it when Django starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, get_type_hints
from uuid import UUID

PROMPT, BULK, NOTICES, WEBHOOKS, OWNER = "prompt", "bulk", "notices", "webhooks", "owner"
QUEUES = (PROMPT, BULK, NOTICES, WEBHOOKS, OWNER)
"""What an officer waits for; long sweeps; letters; calls to others' servers; what only the schema's owner can do.

One kind never queues behind another, and the last has a worker of its own under the owner's settings.
"""


class UnknownTask(LookupError):
    """A job names a task that no app registered."""


class UnderWay(Exception):
    """Another worker is at this job's call to another server: the job is left as it is, to be looked at again later."""


@dataclass(frozen=True)
class RegisteredTask:
    """A job that a room can be asked to do."""

    name: str
    function: Callable[..., Any]
    queue: str
    max_attempts: int
    from_schedule: bool
    when_it_fails: Callable[..., None] | None
    pieces: Callable[..., list[dict[str, Any]]] | None = None
    """Gives the keys of a long job's pieces. Each is done in a transaction of its own."""
    together: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None
    """Does many pieces in one transaction; gives those that it left to be done alone."""
    call: Callable[[Any], Any] | None = None
    """Speaks to another server with what the function gave, while no transaction is open and nothing is locked."""
    afterwards: Callable[[Any, Any], None] | None = None
    """Writes down what came of the call, given what the function gave and the call's answer."""

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function)

    def arguments(self, plain: dict[str, Any]) -> dict[str, Any]:
        """The keys as the function's own types: a UUID or a date where it says so."""
        return {name: _typed(self._hints.get(name), value) for name, value in plain.items()}


_tasks: dict[str, RegisteredTask] = {}
_scheduled: set[str] = set()


def allow_from_schedule(name: str) -> None:
    """A line of the schedule asks for this task, so a message may: what no line asks for, nobody fans out."""
    _scheduled.add(name)


def is_in_schedule(name: str) -> bool:
    return name in _scheduled


def register(entry: RegisteredTask) -> None:
    known = _tasks.get(entry.name)
    if known is not None and known.function.__module__ != entry.function.__module__:
        raise ValueError(f"Two tasks are called {entry.name}.")
    _tasks[entry.name] = entry


def task(name: str) -> RegisteredTask:
    """The task of that name. Raises UnknownTask."""
    try:
        return _tasks[name]
    except KeyError:
        raise UnknownTask(f"No app registers a task {name!r} in its tasks module.") from None


def is_known(name: str) -> bool:
    return name in _tasks


def words_of(name: str) -> str:
    """What a task does, as the first sentence of its own description says; its name where it says nothing."""
    described = _tasks[name].function.__doc__ if name in _tasks else ""
    sentence = " ".join((described or "").split()).partition(". ")[0].rstrip(".")
    return sentence or name


def all_tasks() -> list[RegisteredTask]:
    """Every registered task, by name."""
    return sorted(_tasks.values(), key=lambda entry: entry.name)


def _typed(hint: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if hint is UUID or UUID in getattr(hint, "__args__", ()):
        return UUID(value)
    if hint is date or date in getattr(hint, "__args__", ()):
        return date.fromisoformat(value)
    return value
