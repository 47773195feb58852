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
    SubWorkflowTask,
)
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

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
