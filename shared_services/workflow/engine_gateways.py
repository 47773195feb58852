"""Gateways: which ways out are taken, and how branches meet."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .engine_steps import DrawnStep, EngineFault


class ChoiceStep(DrawnStep, ExclusiveGateway):
    """One way out: the first whose condition holds, else the default."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        names = [name for condition, name in self.cond_task_specs if condition and condition._matches(my_task)]
        name = next(iter(names), self.default_task_spec)
        if name is None:
            raise EngineFault(f"“{self.step.label}” has no way out that fits this case, and no default.")
        _go_on(my_task, [self._wf_spec.task_specs[name]])
        return True


class _Meeting:
    """A gateway at which branches meet: each arrival waits until all that belong together have come."""

    def _update_hook(self, my_task: SpiffTask) -> bool:
        arrived = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and (task is my_task or task.state == TaskState.WAITING)
        ]
        together = self._complete(my_task, arrived)
        if not together:
            my_task._set_state(TaskState.WAITING)
            return False
        for task in together:
            if task is not my_task:
                task.cancel()
        return True

    def _complete(self, my_task: SpiffTask, arrived: list[SpiffTask]) -> list[SpiffTask]:
        raise EngineFault("A gateway does not know how branches meet.")


class TogetherStep(_Meeting, DrawnStep):
    """Splits into every way out; waits for one arrival on every way in."""

    def _complete(self, my_task: SpiffTask, arrived: list[SpiffTask]) -> list[SpiffTask]:
        by_way_in = {task.parent.task_spec.name: task for task in reversed(arrived)}
        by_way_in[my_task.parent.task_spec.name] = my_task
        return list(by_way_in.values()) if len(by_way_in) == len(set(self._inputs)) else []


class ChoicesStep(_Meeting, DrawnStep, MultiChoice):
    """Splits into every way out whose condition holds; waits for everything that can still arrive."""

    def test(self) -> None:
        MultiChoice.test(self)

    def _complete(self, my_task: SpiffTask, arrived: list[SpiffTask]) -> list[SpiffTask]:
        if len(self._inputs) > 1:
            upstream = self._upstream()
            if any(
                self._is_on_its_way(task) for task in my_task.workflow.tasks.values() if task.task_spec.name in upstream
            ):
                return []
        return arrived

    def _is_on_its_way(self, task: SpiffTask) -> bool:
        if task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED):
            return True
        return task.state == TaskState.FUTURE and task.parent is not None and task.parent.has_state(TaskState.COMPLETED)

    def _upstream(self) -> set[str]:
        """The steps from which this gateway can be reached without passing through it."""
        found: set[str] = set()
        queue = list(self._inputs)
        while queue:
            name = queue.pop()
            if name not in found and name != self.name:
                found.add(name)
                queue.extend(self._wf_spec.task_specs[name]._inputs)
        return found

    def _run_hook(self, my_task: SpiffTask) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise EngineFault(f"“{self.step.label}” has no way out that fits this case, and no default.")
        _go_on(my_task, matches or defaults)
        return True


def _go_on(my_task: SpiffTask, outputs: list[Any]) -> None:
    my_task._sync_children(outputs, TaskState.FUTURE)
    for child in my_task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
