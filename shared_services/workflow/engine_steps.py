"""The kinds of steps as SpiffWorkflow runs them, and building its specification from a drawing's facts.

Values belong to the process, not to the step: SpiffWorkflow copies values from step to step and merges them
where branches meet, which loses a change made on one branch. Here a step's own data holds nothing but the
item of a repetition.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    ExclusiveGateway,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    SubWorkflowTask,
)
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .decisions import as_plain
from .diagrams import Step


class EngineFault(Exception):
    """A case that cannot move on as drawn; the message names the step."""


# -- One kind of step each -----------------------------------------------------------------------


class DrawnStep(BpmnSpecMixin):
    """A step of the drawing; on its own one that passes the case on."""

    def __init__(self, wf_spec: BpmnProcessSpec, step: Step, name: str = "", **kwargs: Any) -> None:
        super().__init__(wf_spec, name or step.id, **kwargs)
        self.bpmn_id = step.id
        self.step = step


class OperationStep(DrawnStep):
    """A service step: the run does its operation before it lets the step go."""


class DecisionStep(DrawnStep):
    """A business rule step: one of the process's decision tables."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        my_task.workflow.run.decide(my_task)
        return True


class ManualStep(DrawnStep):
    """A step at which somebody acts, or that waits for word."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True


class ThrowStep(DrawnStep):
    """A message sent within the case."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        my_task.workflow.run.send(self.step.message)
        return True


class TimerStep(DrawnStep):
    """Waits until its time has come."""

    def _update_hook(self, my_task: SpiffTask) -> bool:
        if my_task.workflow.run.time_has_come(my_task, self.step):
            return True
        my_task._set_state(TaskState.WAITING)
        return False


class EndStep(DrawnStep):
    """An end: plain, with a message, with an error, or one that ends everything beside it."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        run = my_task.workflow.run
        if self.step.message:
            run.send(self.step.message)
        if self.step.error is not None:
            run.fail_outwards(my_task, self.step.error)
        return True

    def _on_complete_hook(self, my_task: SpiffTask) -> None:
        super()._on_complete_hook(my_task)
        if self.step.terminates:
            for task in my_task.workflow.get_tasks(state=TaskState.NOT_FINISHED_MASK):
                task.cancel()
            my_task.workflow._mark_complete(my_task)


class BoundaryStep(BoundaryEvent):
    """An event on the edge of a step: a time that comes, a message, a failure."""

    def __init__(self, wf_spec: BpmnProcessSpec, step: Step) -> None:
        super().__init__(wf_spec, step.id, event_definition=None, cancel_activity=step.interrupts)
        self.step = step

    def _update_hook(self, my_task: SpiffTask) -> bool:
        if self.step.timer is not None:
            if my_task.workflow.run.time_has_come(my_task, self.step):
                return True
        elif my_task.internal_data.get("caught"):
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def _run_hook(self, my_task: SpiffTask) -> bool:
        return True

    def _predict_hook(self, my_task: SpiffTask) -> None:
        BpmnTaskSpec._predict_hook(self, my_task)

    def go_round(self, my_task: SpiffTask, marks: dict[str, Any]) -> None:
        """Wait for the next round beside this one: a cycle's, or of a message that may come again."""
        sibling = my_task.parent._add_child(self, TaskState.WAITING)
        sibling.triggered = True
        sibling.internal_data.update(marks)
        self._predict(sibling, mask=TaskState.NOT_FINISHED_MASK)


class BoundaryEnd(BpmnTaskSpec):
    """Takes away what a step with boundary events leaves behind: its events, or the step itself."""

    def _update_hook(self, my_task: SpiffTask) -> bool:
        watched = my_task.parent.parent.children
        main = next(task for task in watched if not isinstance(task.task_spec, BoundaryStep))
        events = [task for task in watched if isinstance(task.task_spec, BoundaryStep)]
        interrupted = any(task.task_spec.cancel_activity and task.has_state(TaskState.COMPLETED) for task in events)
        if not interrupted and not main.has_state(TaskState.FINISHED_MASK):
            my_task._set_state(TaskState.WAITING)
            return False
        for task in events:
            if task.has_state(TaskState.WAITING | TaskState.READY):
                task.cancel()
        if interrupted and not main.has_state(TaskState.FINISHED_MASK):
            main.cancel()
        return True


class PartStep(DrawnStep, SubWorkflowTask):
    """An embedded subprocess, or a call of another process: it runs when it is READY and is done when that is."""

    def __init__(self, wf_spec: BpmnProcessSpec, step: Step, name: str = "") -> None:
        super().__init__(wf_spec, step, name, subworkflow_spec=step.calls or step.id)

    def _update_hook(self, my_task: SpiffTask) -> bool:
        # Asked again while it runs, it goes on running.
        return not my_task.has_state(TaskState.STARTED)

    def _run_hook(self, my_task: SpiffTask) -> bool | None:
        if my_task.internal_data.get("ended"):
            return True
        my_task.workflow.run.start_part(my_task, self.step)
        return None

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: SpiffTask) -> None:
        if my_task.has_state(TaskState.STARTED):
            my_task.workflow.run.finish_part(my_task, subworkflow)
            my_task.internal_data["ended"] = True
            my_task._set_state(TaskState.READY)


# -- Gateways ------------------------------------------------------------------------------------


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


# -- Repetition ----------------------------------------------------------------------------------


class _List:
    """The list that a step is repeated over, worked out by the safe evaluator."""

    def __init__(self, step: Step) -> None:
        self.step = step

    def get(self, my_task: SpiffTask) -> list[Any]:
        """The list as it was when the repetition began."""
        marks = my_task.internal_data
        if "items" not in marks:
            found = my_task.workflow.run.evaluate_at(my_task, self.step.repeats_over)
            if not isinstance(found, (list, tuple)):
                raise EngineFault(
                    f"“{self.step.label}” is repeated over “{self.step.repeats_over}”, which is not a list."
                )
            marks["items"] = as_plain(list(found))
        items: list[Any] = marks["items"]
        return items

    def exists(self, my_task: SpiffTask) -> bool:
        return True


class _Item:
    """The item of one round: the one thing that a step has for itself."""

    def __init__(self, step: Step) -> None:
        self.bpmn_id = step.item

    def set(self, my_task: SpiffTask, value: Any) -> None:
        my_task.data[self.bpmn_id] = value

    def exists(self, my_task: SpiffTask) -> bool:
        return False


class _Repetition:
    """What both kinds of repetition share."""

    def __init__(self, wf_spec: BpmnProcessSpec, step: Step, child: DrawnStep) -> None:
        super().__init__(  # type: ignore[call-arg]
            wf_spec, step.id, task_spec=child.name, data_input=_List(step), input_item=_Item(step),
            condition=step.until or None,
        )  # fmt: skip
        self.step = step
        child.inputs = [self]
        child.completed_event.connect(self.merge_child)

    def _update_hook(self, my_task: SpiffTask) -> bool:
        if my_task.has_state(TaskState.STARTED):
            return False
        return bool(super()._update_hook(my_task))  # type: ignore[misc]

    def merge_child(self, workflow: Any, child: SpiffTask) -> None:
        if child.parent.has_state(TaskState.STARTED):
            child.data = {}
            super().merge_child(workflow, child)  # type: ignore[misc]


class InTurn(_Repetition, SequentialMultiInstanceTask):
    def add_next_child(self, my_task: SpiffTask) -> None:
        key, item = self.get_next_input_item(my_task)
        if key is not None:
            self.create_child(my_task, item, key)


class AtOnce(_Repetition, ParallelMultiInstanceTask):
    pass
