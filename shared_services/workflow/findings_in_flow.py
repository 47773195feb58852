"""What is wrong with the way through a process: its starts and ends, its flows, its gateways, its circles."""

from __future__ import annotations

from collections.abc import Iterator

from .diagrams import Diagram, Step
from .expressions import ExpressionError, check
from .finding import Finding, error, warning

WAITS = {"user", "wait", "timer", "call"}
GATEWAYS = {"choice", "choices"}


def find_in_flow(diagram: Diagram) -> list[Finding]:
    """Everything wrong with the flow of a process and of the subprocesses in it."""
    found = [*_ids(diagram), *_flows(diagram)]
    parts = [("", diagram.title), *((step.id, step.label) for step in diagram.steps.values() if step.kind == "part")]
    for part, title in parts:
        found.extend(_way_through(diagram, part, title))
    found.extend(_boundaries(diagram))
    found.extend(_conditions(diagram))
    found.extend(_loops_without_waits(diagram))
    return found


def _ids(diagram: Diagram) -> Iterator[Finding]:
    if not diagram.key.replace("-", "_").replace(".", "_").isidentifier():
        yield error(diagram.key, "key", "The process needs an id of letters, digits and underscores.")
    for key in diagram.twice:
        yield error(key, "key", f"The id “{key}” is used twice. Give each step and each flow an id of its own.")
    for step in diagram.steps.values():
        if not step.id:
            yield error(step.label, "key", f"“{step.label}” has no id. Open it in a drawing tool and save it again.")


def _flows(diagram: Diagram) -> Iterator[Finding]:
    for flow in diagram.flows:
        source, target = diagram.steps.get(flow.source), diagram.steps.get(flow.target)
        if source is None or target is None:
            yield error(flow.id, "flow-ends", f"Flow “{flow.name or flow.id}” does not join two steps.")
        elif source.within != target.within:
            yield error(
                flow.id, "flow-ends",
                f"The flow from “{source.label}” to “{target.label}” crosses the edge of a subprocess: draw it to the subprocess itself.",
            )  # fmt: skip
        elif source.kind == "end":
            yield error(source.id, "end", f"“{source.label}” is an end event, so nothing can follow it.")
        elif target.kind in ("start", "boundary"):
            yield error(
                target.id, "start", f"“{target.label}” is an event that starts something, so no flow can lead to it."
            )


def _way_through(diagram: Diagram, part: str, title: str) -> Iterator[Finding]:
    steps = diagram.steps_in(part)
    starts = [step for step in steps if step.kind == "start"]
    if len(starts) != 1:
        yield error(part or title, "one-start", f"“{title}” must have one start event; it has {len(starts)}.")
    if part and not any(step.kind == "end" for step in steps):
        yield error(part, "no-end", f"“{title}” must have an end event.")
    reached = _reachable(diagram, {step.id for step in starts})
    for step in steps:
        if step.kind != "end" and not diagram.flows_from(step.id):
            yield error(
                step.id, "dead-end", f"Nothing follows “{step.label}”: draw a flow to the next step or to an end event."
            )
        if step.id not in reached:
            yield error(step.id, "unreachable", f"“{step.label}” can never be reached from the start.")


def _reachable(diagram: Diagram, start: set[str]) -> set[str]:
    reached, queue = set(start), list(start)
    while queue:
        here = queue.pop()
        following = [flow.target for flow in diagram.flows_from(here)] + [event.id for event in diagram.attached(here)]
        for target in following:
            if target not in reached:
                reached.add(target)
                queue.append(target)
    return reached


def _boundaries(diagram: Diagram) -> Iterator[Finding]:
    for step in diagram.steps.values():
        if step.kind == "boundary":
            host = diagram.steps.get(step.attached_to)
            if (
                host is None
                or host.within != step.within
                or host.kind not in ("user", "service", "wait", "call", "part")
            ):
                yield error(
                    step.id, "boundary",
                    f"“{step.label}” must stand on the edge of a user, service or receive task, a call or a subprocess.",
                )  # fmt: skip


def _conditions(diagram: Diagram) -> Iterator[Finding]:
    for step in diagram.steps.values():
        out = diagram.flows_from(step.id)
        if step.kind not in GATEWAYS:
            if len(out) > 1 and step.kind != "together":
                yield error(step.id, "split", f"More than one flow leaves “{step.label}”: put a gateway after it.")
            if any(flow.condition for flow in out):
                yield warning(
                    step.id,
                    "condition",
                    f"A flow after “{step.label}” has a condition, which counts only after a gateway.",
                )
            continue
        for flow in out:
            if flow.condition:
                yield from _condition(step, flow.name or flow.condition, flow.condition)
            elif flow.id != step.default_flow and len(out) > 1:
                yield error(
                    step.id, "condition", f"A flow after “{step.label}” has no condition and is not its default."
                )
        if len(out) > 1 and not step.default_flow:
            yield warning(step.id, "default", f"“{step.label}” has no default flow: a case may get stuck there.")


def _condition(step: Step, name: str, source: str) -> Iterator[Finding]:
    try:
        check(source)
    except ExpressionError as problem:
        yield error(step.id, "expression", f"The condition “{name}” after “{step.label}” cannot be used: {problem}")


def _loops_without_waits(diagram: Diagram) -> Iterator[Finding]:
    """A circle of steps that never waits for anybody would run for ever."""
    state: dict[str, int] = {}

    def waits(step: Step) -> bool:
        inside = diagram.steps_in(step.id) if step.kind == "part" else []
        return step.kind in WAITS or any(waits(inner) for inner in inside)

    def visit(here: str) -> str | None:
        state[here] = 1
        for flow in diagram.flows_from(here):
            target = diagram.steps.get(flow.target)
            if target is None or waits(target):
                continue
            if state.get(target.id) == 1:
                return target.id
            if target.id not in state and (found := visit(target.id)):
                return found
        state[here] = 2
        return None

    for step in diagram.steps.values():
        if not waits(step) and step.id not in state and (found := visit(step.id)):
            label = diagram.steps[found].label
            yield error(
                found, "endless", f"The steps around “{label}” form a circle in which nobody acts: it would never end."
            )
            return
