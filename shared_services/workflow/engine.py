"""Running a process with SpiffWorkflow: a case is started or restored, moved on, stored again.

Its own ways to run code are closed: expressions go to the safe evaluator, scripts are refused, decision
tables are ours, and a service step does only what the caller's `perform` does. Its readers and its serialiser
are not used: specifications are built from the drawing's facts (`engine_specs`), and a stored case holds the
tree of steps and the values of the process, and nothing else (`engine_state`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .decisions import as_plain
from .diagrams import Step
from .engine_definition import Definition, Library, read_definition
from .engine_happenings import Happenings
from .engine_steps import EngineFault, OperationStep, PartStep
from .engine_tree import Fault, Part, Scope, TimerAt, Waiting, Workflow
from .engine_values import Values
from .operations import OperationFailed

__all__ = [
    "Definition", "EngineFault", "Fault", "Library", "Perform", "Run", "StepGone", "TimerAt", "Waiting", "read_definition",
]  # fmt: skip
MAX_STEPS = 500
"""More steps than this without anybody acting is a fault in the drawing."""
MAX_DEPTH = 8
"""Processes that call each other deeper than this never end."""

Perform = Callable[[Step, dict[str, Any]], "dict[str, Any] | None"]


class StepGone(EngineFault):
    """Somebody acts on a step at which the case no longer stands."""


class Run(Happenings):
    """One case in memory: started or restored, moved on, stored again."""

    def __init__(self, definition: Definition, *, now: datetime | None = None) -> None:
        self.definition = definition
        self.held_back = False
        self.outcome = ""
        self.now = now or datetime.now(UTC)
        self.messages: list[str] = []
        self.seen: set[str] = set()
        self.timers_before: dict[UUID, datetime] = {}
        """The timers that ran when the case was restored."""
        self._errors: dict[Any, Exception] = {}
        self._perform: Perform | None = None
        self._timers_run = False
        self._at_home = True

    # -- Coming and going -----------------------------------------------------------------------

    @classmethod
    def start(cls, definition: Definition, values: dict[str, Any], *, now: datetime | None = None) -> Run:
        run = cls(definition, now=now)
        run._workflow = Workflow(run, Scope(definition, dict(values)))
        return run

    @classmethod
    def restore(cls, definition: Definition, state: dict[str, Any], *, now: datetime | None = None) -> Run:
        from .engine_state import restore_run

        run = cls(definition, now=now)
        restore_run(run, state)
        run.timers_before = {found.engine_id: found.due_at for found in run.timers()}
        return run

    def state(self) -> dict[str, Any]:
        """What must be kept to go on later."""
        from .engine_state import store_run

        return store_run(self)

    @property
    def values(self) -> dict[str, Any]:
        """The values of the case's own process."""
        return self._workflow.scope.values

    # -- Moving on ------------------------------------------------------------------------------

    def complete(self, engine_id: UUID, values: dict[str, Any]) -> None:
        """Somebody has acted on a step: take the values and leave the step. Raises StepGone."""
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.READY) or not task.task_spec.manual:
            raise StepGone("This step is no longer open.")
        known, step = task.workflow.scope.values, task.task_spec.step
        known.update(values)
        if step.kind == "user" and "outcome" in values:
            known[step.into] = values["outcome"]
        task.run()

    def advance(
        self,
        perform: Perform,
        *,
        at_home: bool = True,
        retry: bool = False,
        timers_run: bool = True,
        now: datetime | None = None,
    ) -> None:
        """Run every step that needs nobody.

        Away from the owner's room, service steps, calls and timers are held back for it. A service step that
        failed before is tried again only with `retry`; one that fails now is found in `faults`. Without `timers_run`
        no time comes, for a case that is on hold.
        """
        self._perform, self._at_home, self._timers_run = perform, at_home, at_home and timers_run
        self.held_back = False
        self.now = now or datetime.now(UTC)
        if retry:
            for task in self._tasks(TaskState.READY):
                task.internal_data.pop("fault", None)
        self._look_at_timers()
        self._hand_out_messages()
        done = 0
        while ready := self._ready_to_run():
            for task in ready:
                if task.has_state(TaskState.READY) and self._is_live(task):
                    self._run_one(task)
                    done += 1
            self._hand_out_messages()
            if done > MAX_STEPS:
                raise EngineFault("The process goes round without anybody acting.")

    def cancel(self) -> None:
        self._workflow.cancel()

    def _run_one(self, task: SpiffTask) -> None:
        if isinstance(task.task_spec, OperationStep) and not self._operate(task):
            return
        step = getattr(task.task_spec, "step", None)
        if step is not None and step.kind == "end" and step.outcome and task.workflow is self._workflow:
            self.outcome = step.outcome
        task.run()

    def _ready_to_run(self) -> list[SpiffTask]:
        ready = []
        for task in self._tasks(TaskState.READY):
            spec = task.task_spec
            if spec.manual or "fault" in task.internal_data:
                continue
            if not self._at_home and (isinstance(spec, OperationStep) or self._begins_a_call(task)):
                self.held_back = True
                continue
            ready.append(task)
        return ready

    def _begins_a_call(self, task: SpiffTask) -> bool:
        spec = task.task_spec
        return isinstance(spec, PartStep) and bool(spec.step.calls) and "ended" not in task.internal_data

    # -- What steps do --------------------------------------------------------------------------

    def _operate(self, task: SpiffTask) -> bool:
        """Do a service step's operation. A failure goes to the error event drawn for it, or stops the step here."""
        step = task.task_spec.step
        if self._perform is None:
            raise EngineFault(f"“{step.label}” was reached outside a decision.")
        try:
            changes = self._perform(step, self._values_at(task))
        except OperationFailed as failure:
            if not self.fail_outwards(task, failure.code, within=False):
                task.internal_data["fault"] = True
                self._errors[task.id] = failure.cause
            return False
        task.workflow.scope.values.update(as_plain(changes or {}))
        if step.message:
            self.send(step.message)
        return True

    def decide(self, task: SpiffTask) -> None:
        step, scope = task.task_spec.step, task.workflow.scope
        values = Values(self._values_at(task), scope.definition.diagram.variables)
        answer = scope.definition.decisions[step.decision].decide(step.decision, values)
        if not answer:
            raise EngineFault(f"“{step.label}”: no row of its decision table fits this case.")
        scope.values.update(as_plain(answer))

    def start_part(self, task: SpiffTask, step: Step) -> None:
        """Begin an embedded subprocess, or a called process in its newest version."""
        scope, items = task.workflow.scope, {**task.workflow.items, **task.data}
        spec = None
        if step.calls:
            depth = getattr(task.workflow, "depth", 0)
            if depth >= MAX_DEPTH:
                raise EngineFault(f"“{step.label}”: processes call each other more than {MAX_DEPTH} deep.")
            version, definition = scope.definition.called.newest(step.calls)
            wanted = definition.diagram.variables
            handed = {**scope.values, **items}
            scope = Scope(definition, {name: handed[name] for name in wanted if name in handed}, version)
            items, spec = {}, definition.spec
        Part(spec or scope.definition.parts[step.id], task, scope, items)

    def finish_part(self, task: SpiffTask, part: Part) -> None:
        """A called process hands back what both processes declare; of a subprocess the steps are remembered."""
        outer, inner = task.workflow.scope, part.scope
        if inner is not outer:
            known = outer.definition.diagram.variables
            outer.values.update({name: value for name, value in inner.values.items() if name in known})
        elif outer is self._workflow.scope:
            self.seen.update(key for key, mark in self._marks(part).items() if mark == "done")
