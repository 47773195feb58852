"""What can be asked of a case in memory: where it stands, what it waits for, what a value is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .engine_definition import Definition
from .engine_steps import BoundaryStep, ManualStep, TimerStep
from .engine_tree import Fault, TimerAt, Waiting, Workflow, in_order, key_of
from .engine_values import CaseValues, Values
from .expressions import evaluate, holds


class Asking:
    """Reads a case's trees and changes nothing."""

    definition: Definition
    seen: set[str]
    """Steps of subprocesses that are over."""
    _workflow: Workflow
    _errors: dict[Any, Exception]

    def waiting(self) -> list[Waiting]:
        """The steps at which the case stands."""
        found = []
        for task in self._tasks(TaskState.READY | TaskState.WAITING):
            spec = task.task_spec
            if (isinstance(spec, ManualStep) and task.state == TaskState.READY) or (
                isinstance(spec, TimerStep) and task.state == TaskState.WAITING
            ):
                values = self._values_at(task)
                item = values.get(spec.step.item) if spec.step.item else None
                found.append(Waiting(key_of(task), spec.step, values, item, task.workflow.scope.version))
        return found

    def timers(self) -> list[TimerAt]:
        """The timers that run."""
        return [
            TimerAt(key_of(task), task.task_spec.step, datetime.fromisoformat(task.internal_data["due"]))
            for task in self._timed()
        ]

    def faults(self) -> list[Fault]:
        """The service steps that failed and wait to be tried again."""
        return [
            Fault(key_of(task), task.task_spec.step, self._errors.get(task.id))
            for task in self._tasks(TaskState.READY)
            if "fault" in task.internal_data
        ]

    def variables_at(self, engine_id: UUID) -> dict[str, str]:
        """The variables of the process that a step is drawn in: a called one has its own."""
        task = self._task(engine_id)
        scope = self._workflow.scope if task is None else task.workflow.scope
        return scope.definition.diagram.variables

    @property
    def finished(self) -> bool:
        return bool(self._workflow.is_completed())

    def passed(self) -> dict[str, str]:
        """Which steps of the drawing are done and which are current, for the picture."""
        marks = dict.fromkeys(self.seen, "done")
        for workflow in self._workflows():
            if workflow.scope is self._workflow.scope:
                for key, mark in self._marks(workflow).items():
                    if mark == "current" or key not in marks:
                        marks[key] = mark
        return marks

    def _marks(self, workflow: Any) -> dict[str, str]:
        marks: dict[str, str] = {}
        for task in workflow.tasks.values():
            key = getattr(task.task_spec, "bpmn_id", None)
            if not key or (task.state == TaskState.WAITING and isinstance(task.task_spec, BoundaryStep)):
                continue
            if task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED):
                marks[key] = "current"
            elif task.has_state(TaskState.COMPLETED):
                marks.setdefault(key, "done")
        return marks

    def evaluate(self, expression: str, values: Mapping[str, Any]) -> Any:
        kinds = values.kinds if isinstance(values, CaseValues) else self.definition.diagram.variables
        return evaluate(expression, Values(values, kinds))

    def holds(self, condition: str, values: Mapping[str, Any]) -> bool:
        """Whether a condition is true. Raises ExpressionError where that cannot be told."""
        kinds = values.kinds if isinstance(values, CaseValues) else self.definition.diagram.variables
        return holds(condition, Values(values, kinds), kinds)

    def holds_at(self, task: SpiffTask, condition: str) -> bool:
        return self.holds(condition, self._values_at(task))

    def evaluate_at(self, task: SpiffTask, expression: str) -> Any:
        """The value of an expression at a step, with the item of its repetition."""
        return self.evaluate(expression, self._values_at(task))

    def _values_at(self, task: SpiffTask) -> CaseValues:
        workflow = task.workflow
        kinds = workflow.scope.definition.diagram.variables
        return CaseValues({**workflow.scope.values, **workflow.items, **task.data}, kinds)

    def _timed(self) -> list[SpiffTask]:
        found = []
        for task in self._tasks(TaskState.WAITING):
            if isinstance(task.task_spec, (TimerStep, BoundaryStep)) and task.task_spec.step.timer is not None:
                found.append(task)
        return found

    # -- Finding steps --------------------------------------------------------------------------

    def _workflows(self) -> Iterator[Any]:
        """The case's own run and those inside it that are alive."""
        queue: list[Any] = [self._workflow]
        while queue:
            workflow = queue.pop(0)
            yield workflow
            if self._workflow.subprocesses:
                for task in in_order(workflow):
                    if task.state == TaskState.STARTED and task.id in self._workflow.subprocesses:
                        queue.append(self._workflow.subprocesses[task.id])

    def _tasks(self, state: int) -> list[SpiffTask]:
        """In the order of the tree, so that a restored case does the same in the same order."""
        return [task for workflow in self._workflows() for task in in_order(workflow) if task._state & state]

    def _task(self, engine_id: UUID) -> SpiffTask | None:
        return next((w.tasks[engine_id] for w in self._workflows() if engine_id in w.tasks), None)

    def _is_live(self, task: SpiffTask) -> bool:
        return task.id in task.workflow.tasks and any(task.workflow is workflow for workflow in self._workflows())
