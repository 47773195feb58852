"""What a council puts into one way of a joint process: where it may lead, and what it may not undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared_services.workflow.diagrams import Diagram, Flow, Step

from .conditions import implies, names_read
from .differences import Drawn
from .ways import REFUSING, Ways

APPROVED = 'outcome == "approve"'


def check_fragment(joint: Drawn, ways: Ways, local: Diagram, before: Flow, after: Flow) -> Iterator[str]:
    """Everything wrong with the steps that stand between the two ends of a joint way, in sentences."""
    shared = joint.diagram.steps
    if after.target in shared:
        if after.target != before.target and not ways.may_join(before, after.target):
            yield _passes_by(shared, before, after.target)
        elif after.target != before.target:
            yield _removed(shared, before)
        return
    added = _added_from(local, shared, after.target)
    exits = [flow for key in added for flow in local.flows_from(key) if flow.target in shared]
    if before.target not in {flow.target for flow in exits}:
        yield _removed(shared, before)
    for target in sorted({flow.target for flow in exits} - {before.target}):
        if not ways.may_join(before, target):
            yield _passes_by(shared, before, target)
    for key in added:
        step = local.steps[key]
        if step.kind == "end" and step.outcome not in REFUSING:
            yield f"“{step.label}” cannot be added: a council’s own end may only reject or withdraw a case."
        if step.kind == "user":
            yield from _check_answer(ways, local, added, step, before)
    if any(local.steps[key].kind == "user" for key in added):
        for target in sorted({flow.target for flow in exits}):
            reader = _reads_outcome(joint, target)
            if reader is not None:
                yield (
                    f"No officer’s step may be added just before “{shared[target].label}”: its answer would take the place "
                    f"of the one that “{reader}” looks at. Add it before that answer is given, or after it was looked at."
                )


def _added_from(local: Diagram, shared: dict[str, Step], start: str) -> list[str]:
    """The council's own steps that follow one another from here, until the joint process goes on."""
    found, queue = [start], [start]
    while queue:
        for flow in local.flows_from(queue.pop()):
            if flow.target not in shared and flow.target in local.steps and flow.target not in found:
                found.append(flow.target)
                queue.append(flow.target)
    return found


def _check_answer(ways: Ways, local: Diagram, added: list[str], step: Step, before: Flow) -> Iterator[str]:
    """Who does not approve must stop the case: anything else would let the earlier approvals lapse unnoticed."""
    if tuple(step.outcomes) == ("approve",):
        return
    seen, queue = {step.id}, [step.id]
    while queue:
        for flow in local.flows_from(queue.pop()):
            if flow.condition and implies(flow.condition, APPROVED):
                continue
            target = local.steps.get(flow.target)
            if target is None or flow.target in seen:
                continue
            seen.add(flow.target)
            if flow.target in added:
                if target.kind == "user":
                    yield _unanswered(step, target.label)
                else:
                    queue.append(flow.target)
            elif flow.target == before.target or not ways.may_join(before, flow.target, start_again=True):
                yield _unanswered(step, target.label)


def _unanswered(step: Step, target: str) -> str:
    return (
        f"After “{step.label}” a case goes on to “{target}” whatever was answered. Put a gateway after it, so that only "
        f"“approve” ({APPROVED}) leads on."
    )


def _reads_outcome(joint: Drawn, start: str) -> str | None:
    """The first step of the joint process that would look at an answer given just before `start`."""
    diagram = joint.diagram
    seen, queue = {start}, [start]
    while queue:
        key = queue.pop(0)
        step = diagram.steps[key]
        asks = (step.role_from, step.council_from, step.due, step.repeats_over)
        if any("outcome" in names_read(source) for source in asks if source):
            return step.label
        if step.kind == "rule" and re.search(r"\boutcome\b", repr(joint.decisions.get(step.decision, ""))):
            return step.label
        if step.kind == "user":
            continue
        for flow in diagram.flows_from(key):
            if flow.condition and "outcome" in names_read(flow.condition):
                return step.label
            if flow.target not in seen and flow.target in diagram.steps:
                seen.add(flow.target)
                queue.append(flow.target)
    return None


def _removed(shared: dict[str, Step], flow: Flow) -> str:
    return (
        f"The way from “{shared[flow.source].label}” to “{shared[flow.target].label}” is part of the joint process and "
        "cannot be removed: your steps must lead on to it."
    )


def _passes_by(shared: dict[str, Step], flow: Flow, target: str) -> str:
    return (
        f"After “{shared[flow.source].label}” a case would go straight to “{shared[target].label}” and pass by steps of "
        "the joint process."
    )
