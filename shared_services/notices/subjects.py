"""What a notice is about: the app that keeps cases says so, in its `notice_subjects.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subject:
    """A case or a task as a notice shows it."""

    reference: str
    title: str
    process: str
    url: str


Describe = Callable[[UUID, UUID | None], Subject | None]
Processes = Callable[[], list[tuple[str, str]]]
_describers: list[Describe] = []
_process_lists: list[Processes] = []


def describes_cases(function: Describe) -> Describe:
    """Register how a case, or one of its tasks, is shown: a function of their keys, in the room that is open."""
    _describers.append(function)
    return function


def lists_processes(function: Processes) -> Processes:
    """Register which processes this room has: (key, title) pairs."""
    _process_lists.append(function)
    return function


def describe(case_id: UUID, task_id: UUID | None) -> Subject | None:
    """The case as this room may see it; None when it is not here."""
    return next((found for each in _describers if (found := each(case_id, task_id)) is not None), None)


def processes() -> list[tuple[str, str]]:
    """(key, title) of every process of this room, by title."""
    return sorted((pair for each in _process_lists for pair in each()), key=lambda pair: pair[1])
