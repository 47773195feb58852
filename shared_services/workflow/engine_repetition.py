"""Steps that are done once for each item of a list."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.defaults import ParallelMultiInstanceTask, SequentialMultiInstanceTask
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .decisions import as_plain
from .diagrams import Step
from .engine_steps import DrawnStep, EngineFault


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
