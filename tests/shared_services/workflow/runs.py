"""A run of a drawn process, kept and restored before each step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared_services.workflow.engine import Run

from .drawing import key_of, steps_of

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ERROR = "<bpmn:errorEventDefinition/>"
TERMINATE = "<bpmn:terminateEventDefinition/>"


class Case:
    """A run that is stored as JSON and restored before each step."""

    def __init__(self, definition, values=None, perform=None):
        self.definition, self.done = definition, []
        self.now = MONDAY
        self.perform = perform or self.note
        self.run = Run.start(definition, values or {}, now=self.now)
        self.go()

    def note(self, step, values):
        self.done.append(step.id)
        return {}

    def go(self, **options):
        self.run.advance(self.perform, now=self.now, **options)
        self.kept = self.run.state()
        self.run = Run.restore(self.definition, self.kept, now=self.now)
        assert self.run.state() == self.kept
        return self

    def answer(self, step, outcome="approve", **values):
        self.run.complete(key_of(self.run, step), {**values, "outcome": outcome})
        return self.go()

    def later(self, **time):
        self.now += timedelta(**time)
        return self.go()

    @property
    def at(self):
        return steps_of(self.run)


class Library:
    """Published processes by key; the newest is the last."""

    def __init__(self):
        self.versions: dict[UUID, tuple[str, object]] = {}

    def publish(self, key, definition):
        self.versions[uuid4()] = (key, definition)

    def newest(self, key):
        return [(version, found) for version, (name, found) in self.versions.items() if name == key][-1]

    def pinned(self, version_id):
        return self.versions[version_id][1]
