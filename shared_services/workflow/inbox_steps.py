"""The officers' steps of every published process, for the inbox's filter. Kept as long as the newest versions are."""

from __future__ import annotations

import time

from shared_services.tenancy.door import current_council

from .choices import TaskKind
from .definitions import NEWEST_FOR_SECONDS, definition_of
from .models import ProcessVersion
from .questions import ANSWER

_steps: dict[int, tuple[float, list[tuple[str, str]]]] = {}


def inbox_steps() -> list[tuple[str, str]]:
    """(step, label) of everything that an inbox may ask for, by label."""
    room = current_council().number
    known = _steps.get(room)
    if known is None or time.monotonic() - known[0] > NEWEST_FOR_SECONDS:
        versions = ProcessVersion.objects.for_this_room().order_by("key", "-owner_id", "-version").distinct("key")
        found = {ANSWER: TaskKind.ANSWER.label}
        for key in versions.values_list("pk", flat=True):
            steps = definition_of(key).diagram.steps.values()
            found.update({step.id: step.label for step in steps if step.kind == "user"})
        known = _steps[room] = (time.monotonic(), sorted(found.items(), key=lambda pair: pair[1]))
    return known[1]


def forget() -> None:
    """Read the steps afresh: tests call this."""
    _steps.clear()
