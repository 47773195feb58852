"""Running a process without a case: nothing is written, no operation is done, and whoever asks gives the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from shared_services.tenancy.door import current_council
from shared_services.workflow import authority
from shared_services.workflow.decisions import as_plain
from shared_services.workflow.diagrams import Step
from shared_services.workflow.engine import Definition, EngineFault, Perform, Run, Waiting
from shared_services.workflow.expressions import ExpressionError

MOST_ANSWERS = 200
"""A case that needs more answers than this goes round in circles."""
REQUIRED_APPROVALS = "workflow.required_approvals"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says at a step: an officer's outcome and what he filled in, or the word that a step waits for."""

    outcome: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """One step that the case went through."""

    step: str
    label: str
    kind: str
    role: str = ""
    outcome: str = ""
    assumed: bool = False


@dataclass(slots=True)
class Way:
    """The way that a case took: what officers, the portal and others did in order, and how it ended or where it stands."""

    passed: list[Passed] = field(default_factory=list)
    outcome: str = ""
    stands_at: list[Step] = field(default_factory=list)
    roles_asked: list[str] = field(default_factory=list)
    """The roles of the steps at which it stands."""
    fault: str = ""

    @property
    def steps(self) -> list[str]:
        return [one.step for one in self.passed]

    @property
    def asked(self) -> list[tuple[str, str]]:
        """(step, role) of every officer's step, in order."""
        return [(one.step, one.role) for one in self.passed if one.kind == "user"]

    @property
    def approvers(self) -> list[str]:
        """The roles that were asked, in order, without the requester."""
        return [role for _, role in self.asked if role != authority.REQUESTER]


Asked = Callable[[Step, str], "Answer | None"]
Effects = Callable[[Step, dict[str, Any]], "dict[str, Any]"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """This room's authority matrix as it was on a day; the shared service has none."""

    process: str
    on: date
    known: dict[tuple[Any, ...], list[str]] = field(default_factory=dict)
    """Answers given already, which whoever follows many cases hands on from one to the next."""

    def roles(self, decision_type: str, values: Mapping[str, Any], *, deciding: bool = False) -> list[str]:
        if current_council().is_shared_service:
            return []
        ask = authority.deciding_approvals if deciding else authority.required_approvals
        asked = {
            "decision_type": decision_type,
            "amount": _amount(values.get("amount")),
            "category": str(values.get("category") or ""),
            "cost_centre": str(values.get("cost_centre") or ""),
            "on": self.on,
        }
        key = (deciding, *asked.values())
        if key not in self.known:
            required = ask(**asked)  # type: ignore[arg-type]
            self.known[key] = [approval.role for approval in required for _ in range(approval.needed)]
        return self.known[key]

    def effect(self, step: Step, values: dict[str, Any]) -> dict[str, Any]:
        """What a service step gives that only reads: the approvers by the matrix. Every other gives nothing."""
        if step.operation == REQUIRED_APPROVALS and not current_council().is_shared_service:
            return {"approvers": self.roles(self.process, values)}
        return {}


def rehearse(
    definition: Definition, values: Mapping[str, Any], answers: Asked, effects: Effects, matrix: Matrix
) -> Way:
    """Take a case through a process until it ends or nobody answers. Faults of the drawing become words."""
    run = Run.start(definition, {name: as_plain(value) for name, value in values.items() if value is not None})
    way = Way()

    def perform(step: Step, known: dict[str, Any]) -> dict[str, Any]:
        changes = effects(step, known)
        unknown = set(changes) - set(definition.diagram.variables)
        if unknown:
            raise EngineFault(f"“{step.label}” would give “{sorted(unknown)[0]}”, which the process does not declare.")
        way.passed.append(Passed(step.id, step.label, step.kind))
        return changes

    try:
        _go_on(run, way, perform, answers, matrix)
    except (EngineFault, ExpressionError) as fault:
        way.fault = str(fault)
    waiting = run.waiting()
    way.stands_at = [found.step for found in waiting]
    if not way.fault:
        way.roles_asked = [role_at(run, found, matrix) for found in waiting]
    way.outcome = (run.outcome or "completed") if run.finished else ""
    return way


def _go_on(run: Run, way: Way, perform: Perform, answers: Asked, matrix: Matrix) -> None:
    run.advance(perform)
    for _ in range(MOST_ANSWERS):
        for found in run.waiting():
            role = role_at(run, found, matrix) if found.step.kind == "user" else ""
            answer = answers(found.step, role)
            if answer is None:
                continue
            step = found.step
            way.passed.append(Passed(step.id, step.label, step.kind, role, answer.outcome, answer.assumed))
            given = {name: as_plain(value) for name, value in answer.values.items()}
            run.complete(
                found.engine_id,
                {**given, getattr(step, "into", "outcome"): answer.outcome} if step.kind == "user" else given,
            )
            run.advance(perform)
            break
        else:
            return
    raise EngineFault(f"The case still went on after {MOST_ANSWERS} answers: it goes round in circles.")


def role_at(run: Run, found: Waiting, matrix: Matrix) -> str:
    """The role that a step asks for, as the portal finds it for a real case."""
    step = found.step
    if step.role_from:
        return str(run.evaluate(step.role_from, found.values))
    if step.authority:
        roles = matrix.roles(step.authority, found.values, deciding=True)
        return roles[-1] if roles else ""
    return step.role or step.lane_role


def _amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ExpressionError("“amount” is not an amount of money.") from error
