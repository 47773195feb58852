"""The steps of a process in words: what each is, and what may happen while it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared_services.access.permissions import ROLES

from .diagrams import SHOWN_KINDS, Diagram, Step
from .timers import Timer

_KINDS = {
    "user": "an officer decides",
    "service": "done by the portal",
    "rule": "worked out from a decision table",
    "wait": "waits for word",
    "timer": "waits for its time",
    "send": "the portal sends word",
    "part": "a group of steps",
    "call": "another process",
}
_UNITS = (("Y", "year"), ("M", "month"), ("W", "week"), ("D", "day"))
_HOURS = (("H", "hour"), ("M", "minute"), ("S", "second"))


def what(diagram: Diagram, step: Step) -> str:
    """What a step is, as a phrase: “an officer decides; after 5 days: Too late”."""
    words = _KINDS.get(step.kind, "")
    if step.timer is not None:
        words = f"waits {spoken_timer(step.timer).removeprefix('after ')}"
    elif step.kind == "call" and step.calls:
        words = f"another process runs: {step.calls.replace('_', ' ')}"
    if step.repeats:
        words += f", {'in turn' if step.repeats == 'in turn' else 'at once'} for each {step.item.replace('_', ' ')}"
    return "; ".join([words, *(_happens(event) for event in diagram.attached(step.id))])


def _happens(event: Step) -> str:
    if event.timer is not None:
        when = spoken_timer(event.timer)
    else:
        when = "if it fails" if event.error is not None else "if word comes"
    return f"{when}: {event.label}"


def spoken_timer(timer: Timer) -> str:
    """A timer's time: “after 3 days”, “on 2026-12-01”, “every day, 3 times”."""
    if timer.kind == "cycle":
        found = re.match(r"^R(\d+)/(?:[^/]+/)?(P.+)$", timer.text)
        if found:
            every = spoken_duration(found[2])
            each = "every " + (every.removeprefix("1 ") if every.startswith("1 ") else every)
            return f"{each}, {'once' if found[1] == '1' else f'{found[1]} times'}"
    if timer.kind == "date":
        return f"until {timer.text}" if timer.is_plain else f"until the date of {timer.text.replace('_', ' ')}"
    return f"after {spoken_duration(timer.text)}" if timer.is_plain else f"after {timer.text.replace('_', ' ')}"


def spoken_duration(text: str) -> str:
    days, _, hours = text.removeprefix("P").partition("T")
    found = []
    for part, units in ((days, _UNITS), (hours, _HOURS)):
        for letter, unit in units:
            number = re.search(rf"(\d+){letter}", part)
            if number:
                found.append(f"{number[1]} {unit}{'' if number[1] == '1' else 's'}")
    return " ".join(found) or text


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A step in words, for whoever cannot see the picture."""

    label: str
    what: str
    lane: str
    """Who does it: its lane, or the role that it names itself."""
    mark: str


def _who(step: Step, lanes: Mapping[str, str]) -> str:
    """The role that a step names itself, else its lane."""
    own = ROLES.get(step.role) if step.role != step.lane_role else None
    return own.label if own is not None else lanes.get(step.lane_role, "")


def listed(diagram: Diagram, marks: Mapping[str, str], left: str = "not started") -> Iterator[ListedStep]:
    """The steps in the order in which a case meets them: done, current, or `left` out so far."""
    lanes = {lane.role: lane.name for lane in diagram.lanes if lane.role}
    for step in _in_order(diagram):
        if step.kind in SHOWN_KINDS:
            mark = marks.get(step.id, "")
            part = diagram.steps.get(step.within)
            label = f"{part.label}: {step.label}" if part is not None else step.label
            yield ListedStep(label, what(diagram, step), _who(step, lanes), mark or left)


def _in_order(diagram: Diagram) -> list[Step]:
    found = [step for step in diagram.steps_in() if step.kind == "start"]
    queue = list(found)
    while queue:
        here = queue.pop(0)
        inside = [step.id for step in diagram.steps_in(here.id) if step.kind == "start"] if here.kind == "part" else []
        events = [event.id for event in diagram.attached(here.id)]
        after = [*inside, *events, *(flow.target for flow in diagram.flows_from(here.id))]
        fresh = [step for step in (diagram.steps[key] for key in dict.fromkeys(after)) if step not in found]
        found.extend(fresh)
        queue.extend(fresh)
    return _parts_together(found)


def _parts_together(steps: list[Step]) -> list[Step]:
    """Each subprocess's steps right after it."""
    inside: dict[str, list[Step]] = {}
    for step in steps:
        inside.setdefault(step.within, []).append(step)

    def unfolded(part: str) -> Iterator[Step]:
        for step in inside.get(part, ()):
            yield step
            if step.kind == "part":
                yield from unfolded(step.id)

    return list(unfolded(""))
