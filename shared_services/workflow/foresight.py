"""What happens next, in words: after each answer to a task, from the drawing, the case's values and the matrix.

It follows the same conditions and decision tables as the engine and changes nothing. Where the way depends on what
nobody knows yet, it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from . import authority
from .choices import outcome_action, outcome_label
from .decisions import DecisionRefused, as_plain
from .definitions import definition_of
from .diagrams import Flow, Step
from .engine import EngineFault, Run, Waiting
from .engine_values import Values
from .expressions import ExpressionError
from .models import Case, Task

MOST_STEPS = 60
MOST_NAMES = 3
UNKNOWN = "what follows depends on the case then"


@dataclass(frozen=True, slots=True)
class Ahead:
    """One answer to a task and what it leads to: "Approve", "it goes to the director (Dee Director)"."""

    outcome: str
    action: str
    sentence: str


@dataclass
class _Path:
    """What is met on the way: what the portal does, and where it comes to rest."""

    done: list[str] = field(default_factory=list)
    rests: list[str] = field(default_factory=list)
    seen: int = 0


def after_each_answer(case: Case, task: Task, run: Run | None = None) -> list[Ahead]:
    """What each answer to an open task would lead to."""
    run = run or Run.restore(definition_of(case.process_version_id), case.state)
    waiting = next((one for one in run.waiting() if one.engine_id == task.engine_id), None)
    if waiting is None:
        return []
    return [
        Ahead(outcome, outcome_action(outcome), _Foresight(case, run, task).after(waiting, outcome))
        for outcome in task.outcomes
    ]


def after_waiting(case: Case, run: Run | None = None) -> list[str]:
    """What a case that waits for something else than an officer will do once that has happened."""
    run = run or Run.restore(definition_of(case.process_version_id), case.state)
    seer = _Foresight(case, run, None)
    found = []
    for waiting in run.waiting():
        if waiting.step.kind == "wait":
            found.append(f"Once “{waiting.step.label}” is done, {seer.after(waiting, '')}.")
    return list(dict.fromkeys(found))


class _Foresight:
    """One look ahead in one case."""

    def __init__(self, case: Case, run: Run, task: Task | None) -> None:
        self.case, self.run, self.task = case, run, task
        self.diagram = run.definition.diagram

    def after(self, waiting: Waiting, outcome: str) -> str:
        values = dict(waiting.values)
        if outcome:
            values["outcome"] = outcome
        try:
            turn = self._next_turn(waiting, values)
            if turn:
                return turn
            values.pop(waiting.step.item, None)
            path = _Path()
            self._leave(waiting.step, values, path)
        except (ExpressionError, EngineFault, DecisionRefused, NotAllowed):
            return UNKNOWN
        return _sentence(path)

    def _next_turn(self, waiting: Waiting, values: dict[str, Any]) -> str:
        """A step asked of several: the next in turn, or the others whose answers are still out."""
        step = waiting.step
        if not step.repeats or (step.until and self.run.evaluate(step.until, values)):
            return ""
        if step.repeats == "at once":
            others = [one for one in self.run.waiting() if one.step.id == step.id and one is not waiting]
            others = [one for one in others if one.engine_id != waiting.engine_id]
            return "it waits for the others' answers" if others else ""
        items = list(self.run.evaluate(step.repeats_over, values) or [])
        place = items.index(waiting.item) + 1 if waiting.item in items else len(items)
        if place >= len(items):
            return ""
        return f"it goes to {self._who(step, {**values, step.item: items[place]})}"

    def _leave(self, step: Step, values: dict[str, Any], path: _Path) -> None:
        for flow in self._flows(step, values):
            self._meet(self.diagram.steps[flow.target], values, path)

    def _flows(self, step: Step, values: dict[str, Any]) -> Iterator[Flow]:
        flows = self.diagram.flows_from(step.id)
        if step.kind not in ("choice", "choices") or len(flows) == 1:
            yield from flows
            return
        taken = False
        for flow in flows:
            if flow.condition and self.run.evaluate(flow.condition, values):
                taken = True
                yield flow
                if step.kind == "choice":
                    return
        if not taken:
            yield from (flow for flow in flows if flow.id == step.default_flow)

    def _meet(self, step: Step, values: dict[str, Any], path: _Path) -> None:
        path.seen += 1
        if path.seen > MOST_STEPS:
            raise EngineFault("The process goes on and on.")
        if step.kind == "user":
            path.rests.append(f"it goes to {self._who(step, self._first_turn(step, values))}")
            return
        if step.kind == "wait":
            path.rests.append(f"it waits for “{step.label}”")
            return
        if step.kind == "end":
            ended = outcome_label(step.outcome).lower() if step.outcome else step.label.lower()
            path.rests.append(f"the case ends: {ended}")
            return
        if step.kind == "rule":
            answer = self.run.definition.decisions[step.decision].decide(
                step.decision, Values(values, self.diagram.variables)
            )
            values = {**values, **as_plain(answer or {})}
        elif step.kind == "service":
            if step.operation == "workflow.required_approvals":
                values = {**values, "approvers": self._approvers(values)}
            elif not step.operation.startswith("workflow."):
                path.done.append(step.label)
        self._leave(step, values, path)

    def _approvers(self, values: dict[str, Any]) -> list[str]:
        required = authority.required_approvals(
            decision_type=self.case.process,
            amount=self.case.amount,
            category=self.case.category,
            cost_centre=str(values.get("cost_centre") or ""),
            on=timezone.localdate(),
        )
        return [approval.role for approval in required]

    def _first_turn(self, step: Step, values: dict[str, Any]) -> dict[str, Any]:
        if step.repeats != "in turn":
            return values
        items = list(self.run.evaluate(step.repeats_over, values) or [])
        return {**values, step.item: items[0]} if items else values

    def _who(self, step: Step, values: dict[str, Any]) -> str:
        """Whom a step would ask: the role, and its holders' names where there are few and they are of this room."""
        what = step.label[:1].lower() + step.label[1:]
        if step.council_from:
            return f"each council's own approver, to {what}"
        role = str(self.run.evaluate(step.role_from, values)) if step.role_from else step.role or step.lane_role
        if role == authority.REQUESTER:
            return f"{self.case.requester_name}, who raised it, to {what}"
        if not role:
            return f"whoever the authority matrix names, to {what}"
        label = authority.role_label(role)
        label = label if label.split()[0].isupper() else label[:1].lower() + label[1:]
        return f"the {label}{self._names(role)}, to {what}"

    def _names(self, role: str) -> str:
        here = current_council().number
        if self.case.owner_id != here:
            return ""
        keys = authority.may_decide(authority.holders(role, authority.facts_of(self.case)), role, self.case)
        if not 0 < len(keys) <= MOST_NAMES:
            return ""
        cards = OfficerCard.objects.of_council(here).filter(pk__in=keys).order_by("work_name")
        return f" ({' or '.join(card.work_name for card in cards)})"


def _sentence(path: _Path) -> str:
    """ "“Raise the purchase order” is done, and the case ends: ordered"."""
    rests = " and ".join(dict.fromkeys(path.rests)) or UNKNOWN
    if not path.done:
        return rests
    done = " and ".join(f"“{label}”" for label in path.done)
    return f"{done} {'is' if len(path.done) == 1 else 'are'} done, and {rests}"
