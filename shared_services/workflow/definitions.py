"""Process versions, read once per process and kept: a version never changes."""

from __future__ import annotations

import time
from uuid import UUID

from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .engine import Definition, EngineFault, read_definition
from .models import ProcessVersion

KEPT_VERSIONS = 64
NEWEST_FOR_SECONDS = 30
"""How long a newly published version may take to be used by every web process."""

_definitions: dict[UUID, Definition] = {}
_newest: dict[tuple[int, str], tuple[float, ProcessVersion]] = {}
_titles: dict[int, tuple[float, list[tuple[str, str]]]] = {}


def definition_of(version_id: UUID) -> Definition:
    """The readable form of a process version."""
    found = _definitions.get(version_id)
    if found is None:
        version = ProcessVersion.objects.get(pk=version_id)
        found = _keep(version)
    return found


def newest_version(key: str) -> ProcessVersion:
    """The version that new cases of this room run: its own, else the joint one. Raises NotAllowed when none is published."""
    room = current_council().number
    known = _newest.get((room, key))
    if known is not None and time.monotonic() - known[0] < NEWEST_FOR_SECONDS:
        return known[1]
    # The shared service is number 0, so a council's own version comes first.
    version = ProcessVersion.objects.for_this_room().filter(key=key).order_by("-owner_id", "-version").first()
    if version is None:
        raise NotAllowed(f"The process “{key}” is not published. Ask the partnership administrator to publish it.")
    _keep(version)
    # Only the facts are kept: the drawing is in the definition already.
    version.bpmn, version.dmn, version.forms, version.tests = "", [], {}, []
    _newest[room, key] = (time.monotonic(), version)
    return version


def forget() -> None:
    """Read everything afresh: publishing and tests call this."""
    _definitions.clear()
    _newest.clear()
    _titles.clear()


def _keep(version: ProcessVersion) -> Definition:
    if version.pk not in _definitions:
        while len(_definitions) >= KEPT_VERSIONS:
            _definitions.pop(next(iter(_definitions)))
        # A published version was checked then; an operation renamed since is refused when it is reached.
        _definitions[version.pk] = read_definition(
            version.bpmn, version.dmn, operations=False, called=PublishedProcesses()
        )
    return _definitions[version.pk]


class PublishedProcesses:
    """Where a process finds those that it calls: what is published for this room."""

    def newest(self, key: str) -> tuple[UUID, Definition]:
        try:
            version = newest_version(key)
        except NotAllowed as missing:
            raise EngineFault(missing.message) from missing
        return version.pk, definition_of(version.pk)

    def pinned(self, version_id: UUID) -> Definition:
        return definition_of(version_id)


def process_titles() -> list[tuple[str, str]]:
    """(key, title) of every published process, for filters and forms. Kept as long as the newest versions are."""
    room = current_council().number
    known = _titles.get(room)
    if known is None or time.monotonic() - known[0] > NEWEST_FOR_SECONDS:
        versions = ProcessVersion.objects.for_this_room().order_by("key", "-owner_id", "-version").distinct("key")
        rows = versions.values_list("key", "title")
        known = _titles[room] = (time.monotonic(), list(rows))
    return known[1]
