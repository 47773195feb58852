"""Which steps a case must pass, read from a drawing: reachability with one element taken away at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from shared_services.workflow.diagrams import Diagram, Step

REFUSING = frozenset({"rejected", "reject", "refused", "declined", "withdrawn", "withdraw", "cancelled", "lapsed"})
"""Ends at which nothing is bought, granted or changed: leading there gives nobody anything."""


class Ways:
    """The steps and flows of a drawing as one graph: both are nodes, so a condition can be passed by too."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self._next: dict[str, list[str]] = {key: [] for key in diagram.steps}
        for flow in diagram.flows:
            self._next.setdefault(flow.source, []).append(flow.id)
            self._next[flow.id] = [flow.target]
        for step in diagram.steps.values():
            # What stands on a step's border, or inside it, is reached through it.
            holder = getattr(step, "attached_to", "") or (getattr(step, "within", "") if step.kind == "start" else "")
            if holder:
                self._next.setdefault(holder, []).append(step.id)

    @cached_property
    def starts(self) -> list[str]:
        return [
            step.id for step in self.diagram.steps.values() if step.kind == "start" and not getattr(step, "within", "")
        ]

    @cached_property
    def granting_ends(self) -> set[str]:
        """The ends at which a case got what it asked for."""
        return {
            step.id
            for step in self.diagram.steps.values()
            if step.kind == "end" and not getattr(step, "within", "") and step.outcome not in REFUSING
        }

    def reached(
        self, start: Iterable[str], *, without: str = "", stop: Callable[[str], bool] | None = None
    ) -> set[str]:
        """Everything reachable from some elements, these included; nothing goes through what `stop` names."""
        found = {key for key in start if key != without}
        queue = list(found)
        while queue:
            here = queue.pop()
            if stop is not None and stop(here):
                continue
            for key in self._next.get(here, ()):
                if key != without and key not in found:
                    found.add(key)
                    queue.append(key)
        return found

    @cached_property
    def _must_pass(self) -> dict[str, set[str]]:
        """Element -> the elements without which it cannot be reached from the start."""
        everything = self.reached(self.starts)
        must: dict[str, set[str]] = {key: set() for key in everything}
        for gone in everything:
            for lost in everything - self.reached(self.starts, without=gone):
                must[lost].add(gone)
        return must

    def before(self, key: str) -> set[str]:
        """The steps and flows that every case has passed when it gets to an element, this one included."""
        return self._must_pass.get(key, set())

    def ends_from(self, key: str) -> set[str]:
        return self.reached([key]) & self.granting_ends

    def lies_between(self, key: str, target: str, end: str) -> bool:
        """Whether every way from `target` to `end` leads through `key`."""
        return key == target or end not in self.reached([target], without=key)

    def officers_from(self, key: str) -> set[str] | None:
        """The officers' steps on every way from here to being granted; None where nothing is granted any more."""
        ends = self.ends_from(key)
        if not ends:
            return None
        officers = [step.id for step in self.diagram.steps.values() if step.kind == "user"]
        return {one for one in officers if one == key or not self.reached([key], without=one) & ends}

    def may_join(self, flow: str, target: str, *, start_again: bool = False) -> bool:
        """Whether leaving the way at `flow` for `target` lets a case pass by nothing that it would have met.

        With `start_again` what was approved before no longer counts, so every approval must come again.
        """
        passed = self.before(flow)
        for end in self.ends_from(target):
            for key in self.before(end):
                again = self.lies_between(key, target, end)
                if start_again and self._is_officers(key) and not again:
                    return False
                if key not in passed and not again:
                    return False
        return True

    def _is_officers(self, key: str) -> bool:
        step: Step | None = self.diagram.steps.get(key)
        return step is not None and step.kind == "user"
