"""What stands in the way of publishing a process, in plain words and by the element's name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from .choices import outcome_action
from .decisions import DecisionModel
from .diagrams import OUTCOME, VARIABLE_KINDS, Diagram, Step
from .expressions import ExpressionError, names_in
from .finding import Finding, ProcessRefused, error, warning
from .findings_in_flow import find_in_flow
from .foreign import CASE_ROLES, ROLES
from .operations import find_operation
from .timers import TimerError, check_timer
from .who import find_resolver

__all__ = ["Finding", "ProcessRefused", "find"]
OUTSIDE_STEPS = {
    "scriptTask": "Scripts are never run: use a decision table or a registered operation.",
    "eventSubProcess": "Draw the event on the edge of a step instead.",
    "loopMarker": "Repeat it over a list, or draw the way back with a gateway.",
    "timerEventDefinition": "A case is started by an officer or by another service, never by a clock.",
    "linkEventDefinition": "Draw a flow instead.",
    "eventBasedGateway": "Put a timer on the edge of the step that waits.",
}
REPEATABLE = {"user", "wait", "service", "call", "part"}


def find(
    diagram: Diagram,
    decisions: dict[str, DecisionModel],
    *,
    operations: bool = True,
    forms: dict[str, Any] | None = None,
    processes: Collection[str] | None = None,
) -> list[Finding]:
    """Everything found in a process.

    With `operations` off, names of operations are taken as they are. `forms` and `processes`, where given, are
    the process's forms by step and the keys of the processes that can be called.
    """
    found = [*_unknown_elements(diagram), *_variables(diagram), *find_in_flow(diagram), *_lanes(diagram)]
    for step in diagram.steps.values():
        found.extend(_step(diagram, step, decisions, operations))
        found.extend(_event(diagram, step))
        found.extend(_call(diagram, step, processes))
    if forms is not None:
        found.extend(_forms(diagram, decisions, forms))
    return found


def _unknown_elements(diagram: Diagram) -> Iterator[Finding]:
    for name, tag in diagram.unknown:
        why = OUTSIDE_STEPS.get(
            tag, "Draw it with tasks, gateways, timers, messages, subprocesses and calls of other processes."
        )
        yield error(name, f"element-{tag}", f"“{name}” is a {_words(tag)}, which cannot be published. {why}")


def _variables(diagram: Diagram) -> Iterator[Finding]:
    for name, kind in diagram.variables.items():
        if not name.isidentifier() or kind not in VARIABLE_KINDS:
            yield error(name, "variable", f"Variable “{name}” of kind “{kind}” is not one that a process can declare.")
        elif name in diagram.guessed:
            yield warning(
                name, "undeclared",
                f"“{name}” is used but not declared, so it is taken as a {kind}. Declare it as a variable of the process.",
            )  # fmt: skip


def _lanes(diagram: Diagram) -> Iterator[Finding]:
    for lane in diagram.lanes:
        inside = [step for step in diagram.steps.values() if step.id in lane.steps and step.kind == "user"]
        if not lane.role and any(not _own_role(step) for step in inside):
            yield warning(
                lane.name or lane.id, "lane-role",
                f"Lane “{lane.name or lane.id}” has no role: say which role it stands for, so that its tasks find their officers.",
            )  # fmt: skip


def _own_role(step: Step) -> bool:
    return bool(step.role or step.role_from or step.authority)


def _step(diagram: Diagram, step: Step, decisions: dict[str, DecisionModel], operations: bool) -> Iterator[Finding]:
    if step.kind == "user":
        yield from _user_task(diagram, step)
    yield from _casework(diagram, step)
    if step.kind == "service":
        if not step.operation:
            theirs = f" Another tool calls its work “{step.job}”." if step.job else ""
            yield error(step.id, "operation", f"“{step.label}” does not name an operation.{theirs}")
        elif operations and find_operation(step.operation) is None:
            yield error(
                step.id, "operation", f"“{step.label}” names the operation “{step.operation}”, which does not exist."
            )
    if step.kind == "rule" and not any(step.decision in model.decisions for model in decisions.values()):
        yield error(
            step.id,
            "decision",
            f"“{step.label}” names the decision “{step.decision}”, which is in none of the decision files.",
        )
    elif step.kind == "rule":
        yield from _table_inputs(diagram, step, decisions)
    if step.repeats:
        if not step.item or not step.repeats_over:
            yield error(step.id, "repeat", f"“{step.label}” is repeated, but not over a named list with a named item.")
        else:
            yield from _expression(diagram, step.repeats_over, step, "the list of")
        if step.kind not in REPEATABLE:
            yield error(step.id, "repeat", f"“{step.label}” cannot be repeated.")
        if step.until:
            yield from _expression(diagram, step.until, step, "the end of the repetition of")


def _table_inputs(diagram: Diagram, step: Step, decisions: dict[str, DecisionModel]) -> Iterator[Finding]:
    """A decision can look only at what the process declares: any other name is never there when a case comes to it."""
    model = next(model for model in decisions.values() if step.decision in model.decisions)
    declared = {*diagram.variables, OUTCOME, *(other.item for other in diagram.steps.values())}
    for name in sorted(model.reads(step.decision) - declared):
        yield warning(
            step.id, "table-input",
            f"The decision “{model.decisions[step.decision].name}” of “{step.label}” looks at “{name}”, which the process does not "
            "declare: no form and no fact gives it, and a case would stop there.",
        )  # fmt: skip


def _user_task(diagram: Diagram, step: Step) -> Iterator[Finding]:
    role = step.role or step.lane_role
    if not (_own_role(step) or role):
        yield error(
            step.id, "role", f"Nobody can act on “{step.label}”: put it in a lane with a role, or name its role."
        )
    elif role and role not in ROLES and role not in CASE_ROLES and find_resolver(role) is None:
        yield warning(step.id, "unknown-role", f"“{step.label}” is for the role “{role}”, which nobody can be given.")
    if step.tag != "userTask":
        yield warning(step.id, "plain-task", f"“{step.label}” is a {_words(step.tag)}; it is run as a user task.")
    if step.plain_answer:
        yield warning(
            step.id, "outcomes",
            f"“{step.label}” has no outcomes, so the only answer is “{outcome_action(step.outcomes[0])}”. "
            "Name its outcomes if officers choose.",
        )  # fmt: skip
    for source, what in (
        (step.role_from, "the role of"),
        (step.council_from, "the council of"),
        (step.due, "the due days of"),
    ):
        if source:
            yield from _expression(diagram, source, step, what)


def _event(diagram: Diagram, step: Step) -> Iterator[Finding]:
    if step.timer is not None:
        yield from _timer(step)
    if step.kind == "send" and not step.message:
        yield error(step.id, "message", f"“{step.label}” sends nothing: name its message or an operation.")
    elif step.message and step.kind in ("send", "end", "service"):
        heard = any(
            other.message == step.message and other.kind in ("wait", "boundary") for other in diagram.steps.values()
        )
        if not heard:
            yield warning(
                step.id, "message", f"Nothing in this process waits for “{step.message}”, which “{step.label}” sends."
            )
    if step.error is not None and step.kind == "end" and not step.within:
        yield error(
            step.id, "error-end", f"“{step.label}” ends with an error, but stands in no subprocess that could catch it."
        )
    if step.error is not None and step.kind == "boundary":
        host = diagram.steps.get(step.attached_to)
        if host is not None and host.kind not in ("service", "part", "call"):
            yield warning(step.id, "error-event", f"“{step.label}” can never happen: “{host.label}” does not fail.")
        if not step.interrupts:
            yield error(
                step.id, "error-event", f"“{step.label}” must interrupt its step: a step that failed cannot go on."
            )


def _timer(step: Step) -> Iterator[Finding]:
    assert step.timer is not None
    try:
        check_timer(step.timer)
    except TimerError as problem:
        yield error(step.id, "timer", f"The timer “{step.label}” cannot be used: {problem}.")
    except ExpressionError as problem:
        yield error(step.id, "timer", f"The time of “{step.label}” cannot be used: {problem}")
    if step.timer.kind == "cycle" and (step.kind != "boundary" or step.interrupts):
        yield error(
            step.id, "timer",
            f"The timer “{step.label}” goes round, but only a boundary timer that does not interrupt its step can.",
        )  # fmt: skip


def _call(diagram: Diagram, step: Step, processes: Collection[str] | None) -> Iterator[Finding]:
    if step.kind != "call":
        return
    if not step.calls:
        yield error(step.label, "call", f"“{step.label}” is a call activity that does not say which process it calls.")
    elif step.calls == diagram.key:
        yield warning(step.id, "call", f"“{step.label}” calls the very process that it stands in.")
    elif processes is not None and step.calls not in processes:
        yield warning(
            step.id,
            "call",
            f"“{step.label}” calls the process “{step.calls}”, which is not known here: publish it first.",
        )


def _casework(diagram: Diagram, step: Step) -> Iterator[Finding]:
    """Reminders in whole working days, and a way back to a step that an officer acts on."""
    for name, days in (("remindAfter", step.remind_after), ("escalateAfter", step.escalate_after)):
        if days and not (days.isascii() and days.isdigit() and 0 < int(days) <= 250):
            yield error(step.id, "reminders", f"“{step.label}”: {name} must be working days, from 1 to 250.")
    if step.escalate_to and not step.escalate_after:
        yield error(step.id, "reminders", f"“{step.label}” says whom to ask next, but not after how many days.")
    if step.reopen:
        target = diagram.steps.get(step.reopen)
        if target is None or target.kind != "user" or target.within:
            yield error(step.id, "reopen", f"“{step.label}” reopens at “{step.reopen}”, which is no officer’s step.")


def _expression(diagram: Diagram, source: str, step: Step, what: str) -> Iterator[Finding]:
    try:
        unknown = names_in(source) - set(diagram.variables) - {other.item for other in diagram.steps.values()}
    except ExpressionError as problem:
        yield error(step.id, "expression", f"{what.capitalize()} “{step.label}” cannot be used: {problem}")
        return
    for name in sorted(unknown):
        yield error(
            step.id,
            "expression",
            f"{what.capitalize()} “{step.label}” reads “{name}”, which the process does not know.",
        )


def _forms(diagram: Diagram, decisions: dict[str, DecisionModel], forms: dict[str, Any]) -> Iterator[Finding]:
    fields = {key: set((form or {}).get("properties") or {}) for key, form in forms.items()}
    for key, asked in fields.items():
        step = diagram.steps.get(key)
        if step is None or step.kind not in ("user", "start"):
            yield warning(key, "form", f"There is a form for “{key}”, which is no user task or start of this process.")
        elif not asked:
            yield warning(key, "form", f"The form of “{step.label}” has no fields.")
    if any(step.kind in ("service", "call") for step in diagram.steps.values()):
        # What an operation or a called process brings is not known here.
        return
    known = {"amount", "category"}.union(*fields.values(), *({step.into} for step in diagram.steps.values()))
    known |= {name for model in decisions.values() for one in model.decisions.values() for name in one.outputs}
    for step in diagram.steps.values():
        yield from _unasked(diagram, step, decisions, known)
        if step.kind != "user" or fields.get(step.id):
            continue
        for name in sorted(_read_after(diagram, step) - known):
            yield warning(step.id, "form", f"What follows “{step.label}” depends on “{name}”, and no form asks for it.")


def _unasked(diagram: Diagram, step: Step, decisions: dict[str, DecisionModel], known: set[str]) -> Iterator[Finding]:
    model = next((model for model in decisions.values() if step.decision in model.decisions), None)
    if step.kind != "rule" or model is None:
        return
    for name in sorted((model.reads(step.decision) & set(diagram.variables)) - known):
        yield warning(step.id, "table-input", f"“{step.label}” looks at “{name}”, and no form asks for it.")


def _read_after(diagram: Diagram, step: Step) -> set[str]:
    """The variables by which the way out of a task is chosen."""
    read: set[str] = set()
    for flow in diagram.flows_from(step.id):
        for condition in diagram.flows_from(flow.target):
            if condition.condition:
                try:
                    read |= names_in(condition.condition) & set(diagram.variables)
                except ExpressionError:
                    continue
    return read


def _words(tag: str) -> str:
    tag = tag.removesuffix("Definition")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in tag)
