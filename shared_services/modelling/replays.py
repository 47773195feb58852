"""A closed case followed again: on the version it ran on, and on the draft that would take its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from shared_services.workflow.authority import role_label
from shared_services.workflow.choices import outcome_label
from shared_services.workflow.diagrams import Step
from shared_services.workflow.engine import Definition
from shared_services.workflow.models import Case, Decision

from .rehearsals import Answer, Matrix, Way, rehearse

APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a case would have gone another way, in sentences; `unclear` when it cannot be followed again."""

    different: tuple[str, ...] = ()
    unclear: str = ""


def compare(case: Case, decisions: Sequence[Decision], old: Definition, new: Definition) -> Comparison:
    """Follow a case on both versions with what was recorded of it: its routing values and every decision."""
    before, after = follow(old, case, decisions), follow(new, case, decisions)
    why = _why_unclear(case, decisions, before)
    if why:
        return Comparison(unclear=why)
    return Comparison(different=tuple(_differences(new, before, after)))


def follow(definition: Definition, case: Case, decisions: Sequence[Decision]) -> Way:
    """The way of a case. Where it asks for more than was decided, somebody is taken to approve."""
    matrix = Matrix(case.process, timezone.localtime(case.opened_at).date())
    values = {name: value for name, value in case.facts.items() if name in definition.diagram.variables}
    return rehearse(definition, values, _recorded(decisions), matrix.effect, matrix)


def _recorded(decisions: Sequence[Decision]) -> Callable[[Step, str], Answer]:
    left: dict[str, list[str]] = {}
    for decision in decisions:
        left.setdefault(decision.step, []).append(decision.outcome)

    def answer(step: Step, role: str) -> Answer:
        if step.kind != "user":
            return Answer(assumed=True)
        mine = left.get(step.id)
        if mine:
            return Answer(mine.pop(0))
        return Answer(APPROVE if APPROVE in step.outcomes or not step.outcomes else step.outcomes[0], assumed=True)

    return answer


def _why_unclear(case: Case, decisions: Sequence[Decision], before: Way) -> str:
    if before.fault:
        return f"It cannot be followed again on its own version: {before.fault}"
    recorded = [(decision.step, decision.role) for decision in decisions]
    if recorded != before.asked:
        return (
            "Its own version would ask others today: the authority matrix, its amount or its approvers changed since."
        )
    if before.outcome != case.outcome:
        return "It depended on word from elsewhere that was not kept, so its way cannot be followed again."
    return ""


def _differences(new: Definition, before: Way, after: Way) -> list[str]:
    if after.fault:
        return [f"It would have stopped: {after.fault}"]
    found = [*_asked(new, before, after)]
    if not found and before.steps != after.steps:
        found.append(_steps(new, before, after))
    if before.outcome != after.outcome:
        end = f"ended as “{outcome_label(after.outcome)}”" if after.outcome else "not ended"
        found.append(f"It would have {end} instead of as “{outcome_label(before.outcome)}”.")
    return found


def _asked(new: Definition, before: Way, after: Way) -> list[str]:
    for number in range(max(len(before.asked), len(after.asked))):
        was = before.asked[number] if number < len(before.asked) else None
        now = after.asked[number] if number < len(after.asked) else None
        if was == now:
            continue
        if now is None:
            return [f"{role_label(was[1])} would not have been asked." if was else ""]
        label = _label(new, now[0])
        if was is None or was[0] != now[0]:
            return [f"“{label}” would have come as well: {role_label(now[1]).lower()} would have been asked."]
        return [f"“{label}” would have asked {role_label(now[1]).lower()} instead of {role_label(was[1]).lower()}."]
    return []


def _steps(new: Definition, before: Way, after: Way) -> str:
    added = [_label(new, step) for step in after.steps if step not in before.steps]
    gone = [one.label for one in before.passed if one.step not in after.steps]
    if added:
        return f"It would have passed “{'”, “'.join(added)}” as well."
    if gone:
        return f"It would not have passed “{'”, “'.join(gone)}”."
    return "It would have passed the same steps in another order."


def _label(definition: Definition, step: str) -> str:
    found: Any = definition.diagram.steps.get(step)
    return found.label if found is not None else step
