"""What stands in the way of publishing a process, in plain words and by the element's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .decisions import DecisionModel
from .diagrams import VARIABLE_KINDS, Diagram, Step
from .expressions import ExpressionError, compiled
from .operations import find_operation

OUTSIDE_STEPS = {"scriptTask": "Scripts are never run: use a decision table or a registered operation."}
WAITS = {"user", "wait"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right. An error stops publishing; a warning does not."""

    level: str
    element: str
    rule: str
    message: str


class ProcessRefused(ValueError):
    """A process that may not be published or run, with everything found wrong."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = findings


def find(diagram: Diagram, decisions: dict[str, DecisionModel], *, operations: bool = True) -> list[Finding]:
    """Everything found in a process. With `operations` off, names of operations are taken as they are."""
    found = [*_unknown_elements(diagram), *_variables(diagram), *_shape(diagram), *_conditions(diagram)]
    for step in diagram.steps.values():
        found.extend(_step(diagram, step, decisions, operations))
    found.extend(_loops_without_waits(diagram))
    return found


def _error(element: str, rule: str, message: str) -> Finding:
    return Finding("error", element, rule, message)


def _unknown_elements(diagram: Diagram) -> Iterator[Finding]:
    for name, tag in diagram.unknown:
        why = OUTSIDE_STEPS.get(
            tag, "Draw it with user, service, business rule and receive tasks, gateways and plain events."
        )
        yield _error(name, f"element-{tag}", f"“{name}” is a {_words(tag)}, which cannot be published. {why}")


def _variables(diagram: Diagram) -> Iterator[Finding]:
    for name, kind in diagram.variables.items():
        if not name.isidentifier() or kind not in VARIABLE_KINDS:
            yield _error(name, "variable", f"Variable “{name}” of kind “{kind}” is not one that a process can declare.")


def _shape(diagram: Diagram) -> Iterator[Finding]:
    starts = [step for step in diagram.steps.values() if step.kind == "start"]
    if len(starts) != 1:
        yield _error(diagram.title, "one-start", f"“{diagram.title}” must have one start event; it has {len(starts)}.")
    for flow in diagram.flows:
        if flow.source not in diagram.steps or flow.target not in diagram.steps:
            yield _error(flow.id, "flow-ends", f"Flow “{flow.name or flow.id}” does not join two steps.")
    reached = _reachable(diagram, {step.id for step in starts})
    for step in diagram.steps.values():
        if step.kind != "end" and not diagram.flows_from(step.id):
            yield _error(
                step.id, "dead-end", f"Nothing follows “{step.label}”: draw a flow to the next step or to an end event."
            )
        if step.id not in reached:
            yield _error(step.id, "unreachable", f"“{step.label}” can never be reached from the start.")


def _reachable(diagram: Diagram, start: set[str]) -> set[str]:
    reached, queue = set(start), list(start)
    while queue:
        here = queue.pop()
        for flow in diagram.flows_from(here):
            if flow.target not in reached:
                reached.add(flow.target)
                queue.append(flow.target)
    return reached


def _conditions(diagram: Diagram) -> Iterator[Finding]:
    for step in diagram.steps.values():
        out = diagram.flows_from(step.id)
        if step.kind not in {"choice", "choices"}:
            if len(out) > 1 and step.kind != "together":
                yield _error(step.id, "split", f"More than one flow leaves “{step.label}”: put a gateway after it.")
            continue
        for flow in out:
            if flow.condition:
                yield from _expression(flow.condition, step, f"the condition “{flow.name or flow.condition}” after")
            elif flow.id != step.default_flow and len(out) > 1:
                yield _error(
                    step.id, "condition", f"A flow after “{step.label}” has no condition and is not its default."
                )
        if len(out) > 1 and not step.default_flow:
            yield Finding(
                "warning", step.id, "default", f"“{step.label}” has no default flow: a case may get stuck there."
            )


def _step(diagram: Diagram, step: Step, decisions: dict[str, DecisionModel], operations: bool) -> Iterator[Finding]:
    if step.kind == "user":
        if not (step.role or step.role_from or step.authority or step.lane_role):
            yield _error(
                step.id, "role", f"Nobody can act on “{step.label}”: put it in a lane with a role, or name its role."
            )
        if not step.outcomes:
            yield _error(step.id, "outcomes", f"“{step.label}” has no outcomes for the officer to choose from.")
        for source, what in (
            (step.role_from, "the role of"),
            (step.council_from, "the council of"),
            (step.due, "the due days of"),
        ):
            if source:
                yield from _expression(source, step, what)
    yield from _casework(diagram, step)
    if step.kind == "service":
        if not step.operation:
            yield _error(step.id, "operation", f"“{step.label}” does not name an operation.")
        elif operations and find_operation(step.operation) is None:
            yield _error(
                step.id, "operation", f"“{step.label}” names the operation “{step.operation}”, which does not exist."
            )
    if step.kind == "rule" and not any(step.decision in model.tables for model in decisions.values()):
        yield _error(
            step.id,
            "decision",
            f"“{step.label}” names the decision “{step.decision}”, which is in none of the decision files.",
        )
    if step.repeats:
        if not step.item or not step.repeats_over:
            yield _error(step.id, "repeat", f"“{step.label}” is repeated, but not over a named list with a named item.")
        if step.kind not in WAITS | {"service"}:
            yield _error(step.id, "repeat", f"“{step.label}” cannot be repeated.")
        if step.until:
            yield from _expression(step.until, step, "the end of the repetition of")


def _casework(diagram: Diagram, step: Step) -> Iterator[Finding]:
    """Reminders in whole working days, and a way back to a step that an officer acts on."""
    for name, days in (("remindAfter", step.remind_after), ("escalateAfter", step.escalate_after)):
        if days and not (days.isascii() and days.isdigit() and 0 < int(days) <= 250):
            yield _error(step.id, "reminders", f"“{step.label}”: {name} must be working days, from 1 to 250.")
    if step.escalate_to and not step.escalate_after:
        yield _error(step.id, "reminders", f"“{step.label}” says whom to ask next, but not after how many days.")
    if step.reopen:
        target = diagram.steps.get(step.reopen)
        if target is None or target.kind != "user":
            yield _error(step.id, "reopen", f"“{step.label}” reopens at “{step.reopen}”, which is no officer's step.")


def _expression(source: str, step: Step, what: str) -> Iterator[Finding]:
    try:
        compiled(source)
    except ExpressionError as error:
        yield _error(step.id, "expression", f"{what.capitalize()} “{step.label}” cannot be used: {error}")


def _loops_without_waits(diagram: Diagram) -> Iterator[Finding]:
    """A circle of steps that never waits for anybody would run for ever."""
    state: dict[str, int] = {}

    def visit(here: str) -> str | None:
        state[here] = 1
        for flow in diagram.flows_from(here):
            target = diagram.steps.get(flow.target)
            if target is None or target.kind in WAITS:
                continue
            if state.get(target.id) == 1:
                return target.id
            if target.id not in state and (found := visit(target.id)):
                return found
        state[here] = 2
        return None

    for step in diagram.steps.values():
        if step.kind not in WAITS and step.id not in state and (found := visit(step.id)):
            label = diagram.steps[found].label
            yield _error(
                found, "endless", f"The steps around “{label}” form a circle in which nobody acts: it would never end."
            )
            return


def _words(tag: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in tag)
