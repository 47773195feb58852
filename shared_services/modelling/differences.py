"""What would change between two versions of a process, as sentences that an officer reads before voting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from shared_services.workflow.authority import role_label
from shared_services.workflow.choices import outcome_action
from shared_services.workflow.decisions import Decision, DecisionModel
from shared_services.workflow.diagrams import Diagram, Flow, Step

NUMBER = re.compile(r"(?<![\w.\"])\d+(?:\.\d+)?(?![\w.\"])")
ROLE_FIELDS = {"role", "lane_role", "role_from", "authority"}
SILENT_FIELDS = {"id", "tag", "kind", "name", "default_flow", *ROLE_FIELDS}
FIELD_WORDS = {
    "council_from": "council",
    "due": "working days to act",
    "handled_at_subject": "answered on the record’s own page",
    "operation": "operation",
    "decision": "decision table",
    "outcome": "outcome of the case",
    "repeats": "repetition",
    "item": "item of the repetition",
    "repeats_over": "list that is gone through",
    "until": "condition that ends the repetition",
    "documentation": "explanation",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A process as it is compared: its drawing, decision tables and forms."""

    diagram: Diagram
    decisions: Mapping[str, DecisionModel] = field(default_factory=dict)
    forms: Mapping[str, Any] = field(default_factory=dict)


def differences(old: Drawn | None, new: Drawn) -> list[str]:
    """Every difference, the steps first. A process that is new is told as that."""
    if old is None:
        steps = [step.label for step in new.diagram.steps.values() if step.kind not in {"start", "end"}]
        return [f"“{new.diagram.title}” is a new process with {len(steps)} steps."]
    found = [
        *_titles(old.diagram, new.diagram),
        *_steps(old.diagram, new.diagram),
        *_lanes(old.diagram, new.diagram),
        *_flows(old.diagram, new.diagram),
        *_variables(old.diagram, new.diagram),
        *_decisions(old.decisions, new.decisions),
        *_forms(old, new),
    ]
    return list(dict.fromkeys(found))


def _titles(old: Diagram, new: Diagram) -> Iterator[str]:
    if old.title != new.title:
        yield f"The process is called “{new.title}” instead of “{old.title}”."
    if old.documentation != new.documentation:
        yield "The explanation of the process changed."


def _steps(old: Diagram, new: Diagram) -> Iterator[str]:
    for key, step in new.steps.items():
        if key not in old.steps:
            yield f"{_noun(step)} “{step.label}” added{_place(new, key)}."
    for key, step in old.steps.items():
        if key not in new.steps:
            yield f"{_noun(step)} “{step.label}” removed."
    for key, before in old.steps.items():
        after = new.steps.get(key)
        if after is not None and after != before:
            yield from _changed_step(before, after)


def _noun(step: Step) -> str:
    if step.kind in {"choice", "choices", "together"}:
        return "Gateway"
    return {"start": "Start", "end": "End"}.get(step.kind, "Step")


def _place(diagram: Diagram, key: str) -> str:
    before = [diagram.steps[flow.source].label for flow in diagram.flows_to(key) if flow.source in diagram.steps]
    return f" after {' and '.join(f'“{label}”' for label in before)}" if before else ""


def _changed_step(before: Step, after: Step) -> Iterator[str]:
    name = before.label
    if before.label != after.label:
        yield f"Step “{name}” renamed to “{after.label}”."
    if before.tag != after.tag:
        yield f"Step “{name}” is now drawn as another kind of step ({_kind(after.tag)} instead of {_kind(before.tag)})."
    if (old_role := _role(before)) != (new_role := _role(after)):
        yield f"{name}: role changed from {old_role} to {new_role}."
    for one in fields(Step):
        old_value, new_value = getattr(before, one.name), getattr(after, one.name)
        if one.name in SILENT_FIELDS or old_value == new_value:
            continue
        what = FIELD_WORDS.get(one.name, one.name.replace("_", " "))
        if one.name == "documentation":
            yield f"{name}: the explanation changed."
        elif one.name == "outcomes":
            yield f"{name}: answers changed from {_answers(old_value)} to {_answers(new_value)}."
        else:
            yield f"{name}: {_limit(what, _value(old_value), _value(new_value))}."


def _role(step: Step) -> str:
    if step.role_from:
        return f"whoever “{step.role_from}” names"
    if step.authority:
        return f"the authority matrix for “{step.authority}”"
    role = step.role or step.lane_role
    return role_label(role) if role else "nobody"


def _kind(tag: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", tag).lower()


def _answers(outcomes: Any) -> str:
    return ", ".join(f"“{outcome_action(one)}”" for one in outcomes) or "none"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return ", ".join(str(one) for one in value) or "none"
    return str(value) if value not in ("", None) else "none"


def _limit(what: str, before: str, after: str) -> str:
    """Where only numbers differ, the numbers alone: “limit 5,000 → 3,000” says more than two formulas."""
    old_numbers, new_numbers = NUMBER.findall(before), NUMBER.findall(after)
    if len(old_numbers) == len(new_numbers) and NUMBER.sub("#", before) == NUMBER.sub("#", after):
        pairs = [(old, new) for old, new in zip(old_numbers, new_numbers, strict=True) if old != new]
        if before not in old_numbers:
            what = f"{what}, limit"
        return f"{what} {', '.join(f'{_number(old)} → {_number(new)}' for old, new in pairs)}"
    return f"{what} changed from {before} to {after}"


def _number(text: str) -> str:
    return f"{Decimal(text):,}"


def _lanes(old: Diagram, new: Diagram) -> Iterator[str]:
    before, after = {lane.id: lane for lane in old.lanes}, {lane.id: lane for lane in new.lanes}
    for key, lane in after.items():
        if key not in before:
            yield f"Lane “{lane.name}” added."
        elif before[key].role != lane.role:
            yield f"Lane “{lane.name}”: role changed from {_lane_role(before[key].role)} to {_lane_role(lane.role)}."
    for key, lane in before.items():
        if key not in after:
            yield f"Lane “{lane.name}” removed."


def _lane_role(role: str) -> str:
    return role_label(role) if role else "none"


def _flows(old: Diagram, new: Diagram) -> Iterator[str]:
    before, after = {flow.id: flow for flow in old.flows}, {flow.id: flow for flow in new.flows}
    known = set(old.steps) & set(new.steps)
    for key, flow in after.items():
        if key not in before and {flow.source, flow.target} <= known:
            yield f"A way added {_between(new, flow)}{_only_if(flow)}."
    for key, flow in before.items():
        changed = after.get(key)
        if changed is None:
            if {flow.source, flow.target} <= known:
                yield f"The way {_between(old, flow)} removed."
        elif changed != flow:
            yield from _changed_flow(old, new, flow, changed)
    for key, step in new.steps.items():
        if key in old.steps and old.steps[key].default_flow != step.default_flow:
            yield f"{step.label}: the way that is taken when no condition holds changed."


def _changed_flow(old: Diagram, new: Diagram, before: Flow, after: Flow) -> Iterator[str]:
    name = f"“{before.name}” " if before.name else ""
    if (before.source, before.target) != (after.source, after.target):
        yield f"The way {name}{_between(old, before)} now goes {_between(new, after)}."
    if before.condition != after.condition:
        where = f"The way {name}{_between(new, after)}"
        yield f"{where}: {_limit('condition', before.condition or 'none', after.condition or 'none')}."
    if before.name != after.name and after.name:
        yield f"The way {_between(new, after)} is called “{after.name}”."


def _between(diagram: Diagram, flow: Flow) -> str:
    return f"from “{_label(diagram, flow.source)}” to “{_label(diagram, flow.target)}”"


def _label(diagram: Diagram, key: str) -> str:
    return diagram.steps[key].label if key in diagram.steps else key


def _only_if(flow: Flow) -> str:
    return f", only if {flow.condition}" if flow.condition else ""


def _variables(old: Diagram, new: Diagram) -> Iterator[str]:
    for name, kind in new.variables.items():
        if name not in old.variables:
            yield f"The process uses a new value, “{name}” ({kind})."
        elif old.variables[name] != kind:
            yield f"The value “{name}” is now a {kind} instead of a {old.variables[name]}."
    for name in old.variables:
        if name not in new.variables:
            yield f"The process no longer uses the value “{name}”."


def _decisions(old: Mapping[str, DecisionModel], new: Mapping[str, DecisionModel]) -> Iterator[str]:
    for key, model in new.items():
        if key not in old:
            yield f"{_decision_name(model.decisions[key])} added."
        elif model.decisions[key] != old[key].decisions[key]:
            yield from _changed_decision(old[key].decisions[key], model.decisions[key])
    for key, model in old.items():
        if key not in new:
            yield f"{_decision_name(model.decisions[key])} removed."


def _decision_name(decision: Decision) -> str:
    return f"Decision{' table' if decision.table is not None else ''} “{decision.name}”"


def _changed_decision(old: Decision, new: Decision) -> Iterator[str]:
    said: list[str] = []
    if old.table is not None and new.table is not None:
        said = list(_changed_table(old.table, new.table)) if old.table != new.table else []
    elif (
        old.table is None and new.table is None and old.is_expression and new.is_expression and old.source != new.source
    ):
        said = [f"{_decision_name(new)}: {_limit('answer', old.source, new.source)}."]
    yield from said or [f"{_decision_name(new)}: what it works out, needs or is called changed."]


def _changed_table(old: Any, new: Any) -> Iterator[str]:
    name = f"Decision table “{new.name}”"
    if (old.inputs, old.outputs) != (new.inputs, new.outputs):
        yield f"{name}: its columns changed."
        return
    if (old.hit_policy, old.aggregation) != (new.hit_policy, new.aggregation):
        yield f"{name}: hit policy changed from {old.hit_policy} to {new.hit_policy}."
    if (old.defaults, old.order) != (new.defaults, new.order):
        yield f"{name}: what it answers when no row fits, or the order of its answers, changed."
    labels = [label or source for label, source in zip(new.input_labels, new.inputs, strict=False)] + list(new.outputs)
    before = {rule.id: rule for rule in old.rules}
    for number, rule in enumerate(new.rules, start=1):
        if rule.id not in before:
            cells = ", ".join(
                f"{label} {cell}" for label, cell in zip(labels, _cells(rule), strict=False) if cell != "-"
            )
            yield f"{name}: row {number} added ({cells})."
            continue
        for label, was, now in zip(labels, _cells(before[rule.id]), _cells(rule), strict=False):
            if was != now:
                yield f"{name}, row {number}: {_limit(label, was, now)}."
    kept = {rule.id for rule in new.rules}
    for number, rule in enumerate(old.rules, start=1):
        if rule.id not in kept:
            yield f"{name}: row {number} of before removed."
    both = [rule.id for rule in new.rules if rule.id in before]
    if both != [rule.id for rule in old.rules if rule.id in kept]:
        yield f"{name}: its rows are in another order."


def _cells(rule: Any) -> list[str]:
    return [cell or "-" for cell in (*rule.cells, *rule.results)]


def _forms(old: Drawn, new: Drawn) -> Iterator[str]:
    for step in sorted(set(old.forms) | set(new.forms)):
        before, after = old.forms.get(step) or {}, new.forms.get(step) or {}
        if before == after:
            continue
        name = f"Form of “{_label(new.diagram, step)}”"
        if not before or not after:
            yield f"{name} {'added' if after else 'removed'}."
            continue
        was, now = before.get("properties", {}), after.get("properties", {})
        said = [
            *(f"{name}: “{_title(now, one)}” added." for one in now if one not in was),
            *(f"{name}: “{_title(was, one)}” removed." for one in was if one not in now),
            *(f"{name}: “{_title(now, one)}” changed." for one in now if one in was and now[one] != was[one]),
            *_needed(name, before, after),
        ]
        yield from said or [f"{name} changed in its layout or rules."]


def _needed(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    was, now = set(before.get("required", [])), set(after.get("required", []))
    shown = {**before.get("properties", {}), **after.get("properties", {})}
    for one in sorted(now - was):
        yield f"{name}: “{_title(shown, one)}” must now be answered."
    for one in sorted(was - now):
        if one in after.get("properties", {}):
            yield f"{name}: “{_title(shown, one)}” may now be left out."


def _title(properties: Mapping[str, Any], key: str) -> str:
    found = properties.get(key)
    return str(found.get("title") or key) if isinstance(found, Mapping) else key
