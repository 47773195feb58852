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
from .diagram_facts import OUTCOME
from .diagrams import Flow, Step
from .engine import EngineFault, Run, Waiting
from .engine_values import Values
from .expressions import ExpressionError
from .models import Case, Task
from .steps_in_words import spoken_timer

CANNOT_TELL = (ExpressionError, EngineFault, DecisionRefused, NotAllowed)
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
    beside: int = 0
    """Branches that were begun on the way besides the one that is followed, and have not met again."""
    met: dict[str, int] = field(default_factory=dict)
    """How many of them have come to each gateway at which branches meet."""


def after_each_answer(case: Case, task: Task, run: Run | None = None) -> list[Ahead]:
    """What each answer to an open task would lead to, and what happens when none comes in time."""
    run = run or Run.restore(definition_of(case.process_version_id), case.state)
    waiting = next((one for one in run.waiting() if one.engine_id == task.engine_id), None)
    if waiting is None:
        return []
    seer = _Foresight(case, run)
    answers = [Ahead(outcome, outcome_action(outcome), seer.after(waiting, outcome)) for outcome in task.outcomes]
    if waiting.version is not None:
        return answers
    late = [event for event in run.definition.diagram.attached(waiting.step.id) if event.timer is not None]
    return answers + [Ahead("", f"If it waits {_spoken(event)}", seer.beyond(event, waiting)) for event in late]


def after_waiting(case: Case, run: Run | None = None) -> list[str]:
    """What a case that waits for something else than an officer will do once that has happened."""
    run = run or Run.restore(definition_of(case.process_version_id), case.state)
    seer = _Foresight(case, run)
    found = []
    for waiting in run.waiting():
        if waiting.step.kind == "wait":
            found.append(f"Once “{waiting.step.label}” is done, {seer.after(waiting, '')}.")
        elif waiting.step.kind == "timer":
            found.append(f"When the time of “{waiting.step.label}” has come, {seer.after(waiting, '')}.")
    return list(dict.fromkeys(found))


class _Foresight:
    """One look ahead in one case."""

    def __init__(self, case: Case, run: Run) -> None:
        self.case, self.run = case, run
        self.diagram = run.definition.diagram
        self.here: Waiting | None = None

    def after(self, waiting: Waiting, outcome: str) -> str:
        """What follows when a step that the case stands at is done."""
        values = dict(waiting.values)
        if outcome:
            values[OUTCOME] = values[waiting.step.into] = outcome
        try:
            turn = self._next_turn(waiting, values)
        except CANNOT_TELL:
            return UNKNOWN
        values.pop(waiting.step.item, None)
        return turn or self._follow(waiting, waiting.step, values)

    def beyond(self, event: Step, waiting: Waiting) -> str:
        """What follows when an event on the edge of such a step happens."""
        return self._follow(waiting, event, dict(waiting.values))

    def _follow(self, waiting: Waiting, step: Step, values: dict[str, Any]) -> str:
        if waiting.version is not None:
            # It is drawn in a process that the case's own calls.
            return UNKNOWN
        self.here, path = waiting, _Path()
        try:
            self._leave(step, values, path)
        except CANNOT_TELL:
            return UNKNOWN
        return _sentence(path)

    def _next_turn(self, waiting: Waiting, values: dict[str, Any]) -> str:
        """A step asked of several: the next in turn, or the others whose answers are still out."""
        step = waiting.step
        if not step.repeats or (step.until and self.run.holds(step.until, values)):
            return ""
        if step.repeats == "at once":
            others = [one for one in self.run.waiting() if one.step.id == step.id and one is not waiting]
            others = [one for one in others if one.engine_id != waiting.engine_id]
            return "it waits for the others’ answers" if others else ""
        items = list(self.run.evaluate(step.repeats_over, values) or [])
        place = items.index(waiting.item) + 1 if waiting.item in items else len(items)
        if place >= len(items):
            return ""
        return f"it goes to {self._who(step, {**values, step.item: items[place]})}"

    def _leave(self, step: Step, values: dict[str, Any], path: _Path) -> None:
        flows = list(self._flows(step, values))
        path.beside += max(len(flows) - 1, 0)
        for flow in flows:
            self._meet(self.diagram.steps[flow.target], values, path)

    def _flows(self, step: Step, values: dict[str, Any]) -> Iterator[Flow]:
        flows = self.diagram.flows_from(step.id)
        if step.kind not in ("choice", "choices") or len(flows) == 1:
            yield from flows
            return
        taken = False
        for flow in flows:
            if flow.condition and self.run.holds(flow.condition, values):
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
        elif step.kind == "wait":
            path.rests.append(f"it waits for “{step.label}”")
        elif step.kind == "timer":
            path.rests.append(f"it waits {_spoken(step)}")
        elif step.kind == "end":
            self._end(step, values, path)
        elif step.kind == "call" or step.repeats:
            path.rests.append(f"“{step.label}” begins")
        elif step.kind == "part":
            for inner in self.diagram.steps_in(step.id):
                if inner.kind == "start":
                    self._leave(inner, values, path)
        elif step.kind in ("together", "choices") and len(self.diagram.flows_to(step.id)) > 1:
            if self._have_met(step, path):
                self._leave(step, values, path)
        else:
            self._leave(step, self._worked_out(step, values, path), path)

    def _end(self, step: Step, values: dict[str, Any], path: _Path) -> None:
        if step.error is not None:
            raise EngineFault("What catches the error is told when it happens.")
        if step.within:
            self._leave(self.diagram.steps[step.within], values, path)
        elif self._others() and not step.terminates:
            path.rests.append("it waits for what else is under way")
        else:
            ended = outcome_label(step.outcome).lower() if step.outcome else step.label.lower()
            path.rests.append(f"the case ends: {ended}")

    def _have_met(self, step: Step, path: _Path) -> bool:
        """Whether everything that comes to a meeting of branches is there; says so when it is not."""
        path.met[step.id] = path.met.get(step.id, 0) + 1
        if self._others():
            path.rests.append("it waits for what else is under way")
            return False
        if path.met[step.id] <= path.beside:
            return False
        path.beside = 0
        return True

    def _others(self) -> bool:
        """Whether the case stands at other steps as well."""
        return any(one.engine_id != self.here.engine_id for one in self.run.waiting()) if self.here else False

    def _worked_out(self, step: Step, values: dict[str, Any], path: _Path) -> dict[str, Any]:
        """The values after a step that the portal does by itself."""
        if step.kind == "rule":
            decision = self.run.definition.decisions[step.decision]
            answer = decision.decide(step.decision, Values(values, self.diagram.variables))
            return {**values, **as_plain(answer or {})}
        if step.kind == "service" and step.operation == "workflow.required_approvals":
            return {**values, "approvers": self._approvers(values)}
        if step.kind == "service" and not step.operation.startswith("workflow."):
            path.done.append(step.label)
        return values

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
            return f"each council’s own approver, to {what}"
        role = str(self.run.evaluate(step.role_from, values)) if step.role_from else step.role or step.lane_role
        if role == authority.REQUESTER:
            return f"{self.case.requester_name}, who raised it, to {what}"
        if not role:
            return f"whoever the authority matrix names, to {what}"
        return f"the {authority.role_in_text(role)}{self._names(role)}, to {what}"

    def _names(self, role: str) -> str:
        here = current_council().number
        if self.case.owner_id != here:
            return ""
        keys = authority.may_decide(authority.holders(role, authority.facts_of(self.case)), role, self.case)
        if not 0 < len(keys) <= MOST_NAMES:
            return ""
        cards = OfficerCard.objects.of_council(here).filter(pk__in=keys).order_by("work_name")
        return f" ({' or '.join(card.work_name for card in cards)})"


def _spoken(step: Step) -> str:
    """ "3 days", "until 2026-12-01"."""
    return spoken_timer(step.timer).removeprefix("after ") if step.timer is not None else ""


def _sentence(path: _Path) -> str:
    """ "“Raise the purchase order” is done, and the case ends: ordered"."""
    rests = " and ".join(dict.fromkeys(path.rests)) or UNKNOWN
    if not path.done:
        return rests
    done = " and ".join(f"“{label}”" for label in path.done)
    return f"{done} {'is' if len(path.done) == 1 else 'are'} done, and {rests}"
