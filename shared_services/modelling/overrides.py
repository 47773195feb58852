"""What a council may change of a joint process: add steps and lower limits, never remove, raise or pass by.

Pure functions over two drawings. Each refusal names the step it is about. The rules rest on one promise: for
any case, whoever the joint process would have asked is still asked (docs/adr has the argument).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from shared_services.workflow.decisions import DecisionModel
from shared_services.workflow.diagrams import Diagram, Flow, Step

from .conditions import implies, names_read
from .differences import Drawn
from .fragments import check_fragment
from .table_overrides import what_lessens
from .ways import Ways

FREE_FIELDS = {"documentation", "due", "default_flow"}
"""What a council may word for itself, or is checked with the ways that leave a step."""
ADDED_KINDS = {"user", "service", "choice", "end"}
WHAT_CHANGED = {
    "name": "may not be renamed",
    "tag": "must stay the kind of step it is",
    "kind": "must stay the kind of step it is",
    "lane_role": "must stay with the same role",
    "role": "must stay with the same role",
    "role_from": "must find its role in the same way",
    "authority": "must find its role in the same way",
    "outcomes": "must keep its answers",
    "operation": "must keep its operation",
    "decision": "must keep its decision table",
    "outcome": "must keep its outcome",
}


@dataclass(frozen=True, slots=True)
class Weakening:
    """One change that would weaken the joint process: what it is about and why it is refused."""

    element: str
    message: str


def weakenings(joint: Drawn, local: Drawn) -> list[Weakening]:
    """Everything in a council's drawing that takes away from the joint one. An override may be published when empty."""
    found = [
        *_missing_steps(joint.diagram, local.diagram),
        *_changed_steps(joint.diagram, local.diagram),
        *_changed_values(joint.diagram, local.diagram),
        *_changed_decisions(joint, local),
        *_changed_forms(joint, local),
        *_added_steps(joint, local),
    ]
    if not any(key not in local.diagram.steps for key in joint.diagram.steps):
        found += _changed_ways(joint, local.diagram)
    return list(dict.fromkeys(found))


def _refused(element: str, message: str) -> Weakening:
    return Weakening(element, message)


def _missing_steps(joint: Diagram, local: Diagram) -> Iterator[Weakening]:
    for key, step in joint.steps.items():
        if key not in local.steps:
            yield _refused(key, f"Step “{step.label}” is part of the joint process and cannot be removed.")


def _changed_steps(joint: Diagram, local: Diagram) -> Iterator[Weakening]:
    for key, before in joint.steps.items():
        after = local.steps.get(key)
        if after is None or after == before:
            continue
        said = set()
        for one in fields(Step):
            if one.name in FREE_FIELDS or getattr(before, one.name) == getattr(after, one.name):
                continue
            why = WHAT_CHANGED.get(one.name, f"must keep its {one.name.replace('_', ' ')}")
            if why not in said:
                said.add(why)
                yield _refused(key, f"Step “{before.label}” is part of the joint process and {why}.")
        if before.due != after.due and not _is_sooner(before.due, after.due):
            yield _refused(
                key, f"Step “{before.label}” is part of the joint process: its time to act can only be shortened."
            )


def _is_sooner(before: str, after: str) -> bool:
    try:
        return Decimal(after) <= Decimal(before)
    except InvalidOperation:
        return not before


def _changed_values(joint: Diagram, local: Diagram) -> Iterator[Weakening]:
    for name, kind in joint.variables.items():
        if local.variables.get(name) != kind:
            yield _refused(name, f"The value “{name}” is part of the joint process and must stay a {kind}.")


def _changed_decisions(joint: Drawn, local: Drawn) -> Iterator[Weakening]:
    for key, model in joint.decisions.items():
        if key not in local.decisions:
            yield _refused(
                key, f"Decision table “{_title(model, key)}” is part of the joint process and cannot be removed."
            )
            continue
        before, after = model.decisions[key], local.decisions[key].decisions[key]
        if any(local.decisions.get(one) is not local.decisions[key] for one in model.all_needs(key)):
            why = "What it needs first must stand in the same file, and in no other."
        elif _names_in(model) != _names_in(local.decisions[key]):
            # One name more, such as “true”, and rows that stay as they are would be read otherwise.
            why = "The names that its file declares must stay as they are."
        elif model.knowledge != local.decisions[key].knowledge:
            why = "The functions and kinds of its file must stay as they are."
        else:
            why = "" if before == after else what_lessens(local.diagram, local.decisions, before, after)
        if why:
            yield _refused(
                key,
                f"Decision table “{_title(model, key)}” is part of the joint process and may only be made to ask for more. "
                f"{why}",
            )


def _names_in(model: DecisionModel) -> tuple[frozenset[str], ...]:
    words = model.vocabulary
    return words.names, words.parts, frozenset(callee.name for callee in words.callees)


def _title(model: Any, key: str) -> str:
    table = getattr(model, "tables", {}).get(key)
    return getattr(table, "name", "") or key


def _changed_forms(joint: Drawn, local: Drawn) -> Iterator[Weakening]:
    for step, form in joint.forms.items():
        if form and local.forms.get(step) != form:
            label = joint.diagram.steps[step].label if step in joint.diagram.steps else step
            yield _refused(step, f"The form of “{label}” is part of the joint process and cannot be changed.")
    for step, one in joint.diagram.steps.items():
        if not joint.forms.get(step):
            for name in sorted(_answers_of(local.forms, step) & set(joint.diagram.variables)):
                yield _refused(
                    step,
                    f"“{one.label}” cannot be given this form: it would change “{name}”, which the joint process uses.",
                )


def _added_steps(joint: Drawn, local: Drawn) -> Iterator[Weakening]:
    operations = {step.operation: step for step in joint.diagram.steps.values() if step.operation}
    for key, step in local.diagram.steps.items():
        if key in joint.diagram.steps:
            continue
        if step.kind not in ADDED_KINDS:
            yield _refused(key, f"“{step.label}” cannot be added: a council adds officers’ steps and service steps.")
        if step.operation in operations:
            own = operations[step.operation].label
            yield _refused(key, f"“{step.label}” cannot be added: it would do by itself what “{own}” does in its turn.")
        if step.kind == "user":
            yield from _writes(joint, local.forms, step)


def _writes(joint: Drawn, forms: Mapping[str, Any], step: Step) -> Iterator[Weakening]:
    """An added step may not put a value of its own in the place of one that the joint process looks at."""
    written = _answers_of(forms, step.id)
    into = getattr(step, "into", "outcome")
    if into != "outcome":
        written.add(into)
    for name in sorted(written & set(joint.diagram.variables)):
        yield _refused(
            step.id, f"“{step.label}” cannot be added: it would change “{name}”, which the joint process uses."
        )


def _answers_of(forms: Mapping[str, Any], step: str) -> set[str]:
    """The names under which a step's form keeps its answers."""
    return set((forms.get(step) or {}).get("properties", {}))


def _changed_ways(joint: Drawn, local: Diagram) -> Iterator[Weakening]:
    shared = joint.diagram
    ways = Ways(shared)
    for key, step in shared.steps.items():
        pairs, extra = _pair(shared, local, key)
        for flow in extra:
            label = local.steps[flow.target].label if flow.target in local.steps else flow.target
            yield _refused(key, f"No way may leave “{step.label}” for “{label}” beside those of the joint process.")
        for before, after in pairs:
            if after is None:
                target = shared.steps[before.target].label if before.target in shared.steps else before.target
                yield _refused(
                    key,
                    f"The way from “{step.label}” to “{target}” is part of the joint process and cannot be removed.",
                )
                continue
            yield from _changed_condition(ways, before, after)
            for message in check_fragment(joint, ways, local, before, after):
                yield _refused(after.target, message)
        if not _same_default(step, local.steps[key], pairs):
            yield _refused(key, f"“{step.label}” must keep the way that is taken when no condition holds.")


def _pair(shared: Diagram, local: Diagram, key: str) -> tuple[list[tuple[Flow, Flow | None]], list[Flow]]:
    """The joint ways out of a step, each with the council's; and the council's that are in none of them."""
    left = {flow.id: flow for flow in local.flows_from(key)}
    pairs: list[tuple[Flow, Flow | None]] = []
    for flow in shared.flows_from(key):
        pairs.append((flow, left.pop(flow.id, None)))
    for number, (before, after) in enumerate(pairs):
        if after is None:
            # A tool may have given the way a new ID when a step was put into it.
            same = [
                one
                for one in left.values()
                if one.condition == before.condition and (one.target == before.target or one.target not in shared.steps)
            ]
            if len(same) == 1:
                pairs[number] = (before, left.pop(same[0].id))
    return pairs, list(left.values())


def _same_default(before: Step, after: Step, pairs: list[tuple[Flow, Flow | None]]) -> bool:
    renamed = {old.id: new.id for old, new in pairs if new is not None}
    return renamed.get(before.default_flow, "") == after.default_flow


def _changed_condition(ways: Ways, before: Flow, after: Flow) -> Iterator[Weakening]:
    """A limit may be lowered, a condition made stricter: more cases then go where more officers are asked."""
    if before.condition == after.condition:
        return
    diagram = ways.diagram
    source = diagram.steps[before.source]
    name = before.name or before.condition or "default"
    wider, narrower = implies(before.condition, after.condition), implies(after.condition, before.condition)
    others = [flow for flow in diagram.flows_from(source.id) if flow.id != before.id]
    # Cases that change over must still meet everything that they would have met on the way they leave.
    strict = wider and all(ways.leads_through(before.target, other.target) for other in others)
    lenient = (
        narrower
        and source.kind == "choice"
        and all(ways.leads_through(other.target, before.target) for other in others)
    )
    unread = names_read(after.condition) <= set(diagram.variables)
    if not (unread and others and (strict or lenient)):
        yield _refused(
            source.id,
            f"The condition “{name}” after “{source.label}” may only be changed so that more cases are asked about: "
            f"{_numbers(before.condition, after.condition)} does not do that.",
        )


def _numbers(before: str, after: str) -> str:
    old, new = re.findall(r"\d+(?:\.\d+)?", before), re.findall(r"\d+(?:\.\d+)?", after)
    if len(old) == len(new) == 1 and old != new:
        return f"going from {Decimal(old[0]):,} to {Decimal(new[0]):,}"
    return f"“{after or 'no condition'}” instead of “{before or 'no condition'}”"
