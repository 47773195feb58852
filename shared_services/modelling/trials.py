"""Test cases kept beside a process: what it is started with, what is answered, and what should come of it.

A test is plain data: {"name", "start": {variable: value}, "answers": [{"step", "outcome", "values"}],
"effects": {service step: {variable: value}}, "expect": {"outcome", "path", "approvers", "stands_at"}}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from shared_services.workflow.authority import role_label
from shared_services.workflow.choices import outcome_label
from shared_services.workflow.diagrams import Diagram, Step
from shared_services.workflow.engine import Definition

from .checks import definition_or_none
from .rehearsals import Answer, Matrix, Way, rehearse

MOST_TESTS = 100


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of one test: what differed from what was expected, and the way that the case took."""

    name: str
    different: list[str]
    way: Way = field(default_factory=Way)

    @property
    def passed(self) -> bool:
        return not self.different


def run_trials(bpmn: str, dmn: Iterable[str], tests: list[dict[str, Any]]) -> list[TrialResult]:
    """Run every test. Nothing is written and no operation is done."""
    definition = definition_or_none(bpmn, dmn)
    if definition is None:
        reason = "The process has errors, so it cannot be run. Put them right first."
        return [TrialResult(str(test.get("name", "")), [reason]) for test in tests]
    return [run_trial(definition, test) for test in tests]


def run_trial(definition: Definition, test: dict[str, Any]) -> TrialResult:
    diagram = definition.diagram
    name = str(test.get("name", ""))
    unknown = [
        *(f"The start value “{one}” is not declared." for one in test.get("start", {}) if one not in diagram.variables),
        *(
            f"The test answers the step “{one.get('step')}”, which is not in the process."
            for one in test.get("answers", [])
            if one.get("step") not in diagram.steps
        ),
    ]
    if unknown:
        return TrialResult(name, unknown)
    matrix = Matrix(diagram.key, timezone.localdate())
    effects = test.get("effects", {})

    def effect(step: Step, values: dict[str, Any]) -> dict[str, Any]:
        return effects[step.id] if step.id in effects else matrix.effect(step, values)

    way = rehearse(definition, test.get("start", {}), _in_turn(test.get("answers", [])), effect, matrix)
    return TrialResult(name, _differences(diagram, test.get("expect", {}), way), way)


def _in_turn(answers: list[dict[str, Any]]) -> Callable[[Step, str], Answer | None]:
    """A step's answers one after another; when it comes more often than it has answers, its last again."""
    left: dict[str, list[Answer]] = {}
    for one in answers:
        left.setdefault(one["step"], []).append(Answer(one.get("outcome", ""), one.get("values", {})))

    def answer(step: Step, role: str) -> Answer | None:
        mine = left.get(step.id)
        if not mine:
            return None
        return mine.pop(0) if len(mine) > 1 else mine[0]

    return answer


def _differences(diagram: Diagram, expect: dict[str, Any], way: Way) -> list[str]:
    if way.fault:
        return [f"The case stopped: {way.fault}"]
    found = []
    outcome = expect.get("outcome", "")
    if outcome and outcome != way.outcome:
        if way.outcome:
            found.append(
                f"It should have ended as “{outcome_label(outcome)}” but ended as “{outcome_label(way.outcome)}”."
            )
        else:
            found.append(
                f"It should have ended as “{outcome_label(outcome)}” but still stands at {_labels(way.stands_at)}. "
                "Give the test an answer for that step, or look at the drawing."
            )
    stands_at = expect.get("stands_at") or []
    if stands_at and sorted(stands_at) != sorted(step.id for step in way.stands_at):
        wanted = _labels([diagram.steps[one] for one in stands_at if one in diagram.steps]) or ", ".join(stands_at)
        found.append(f"It should stand at {wanted} but {_where(way)}.")
    approvers = expect.get("approvers")
    if approvers and list(approvers) != way.approvers:
        found.append(f"These should have been asked: {_roles(approvers)}. Asked were: {_roles(way.approvers)}.")
    path = expect.get("path")
    if path and list(path) != way.steps:
        found.append(_path_difference(diagram, list(path), way))
    return found


def _path_difference(diagram: Diagram, path: list[str], way: Way) -> str:
    for number, (wanted, taken) in enumerate(zip(path, way.steps, strict=False), start=1):
        if wanted != taken:
            return f"Step {number} should have been “{_label(diagram, wanted)}” but was “{_label(diagram, taken)}”."
    if len(path) > len(way.steps):
        return f"“{_label(diagram, path[len(way.steps)])}” should have come next but did not."
    return f"“{_label(diagram, way.steps[len(path)])}” came although nothing more was expected."


def _where(way: Way) -> str:
    if way.outcome:
        return f"ended as “{outcome_label(way.outcome)}”"
    return f"stands at {_labels(way.stands_at)}"


def _label(diagram: Diagram, step: str) -> str:
    return diagram.steps[step].label if step in diagram.steps else step


def _labels(steps: list[Step]) -> str:
    return " and ".join(f"“{step.label}”" for step in steps)


def _roles(roles: Iterable[str]) -> str:
    return ", then ".join(role_label(role).lower() for role in roles) or "nobody"
