"""Storing a run as little JSON as will do, and restoring it.

A stored tree is a list of rows [spec, parent row, state, marks?, values?, key?]. Values are kept once for
all steps that share them, and only for steps that somebody may still read: those not finished, and those
with a child that is not finished. The drawing itself is never stored with a case.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from .engine import _Workflow

FORMAT = 1
_UNFINISHED = TaskState.NOT_FINISHED_MASK


def store_tree(workflow: _Workflow) -> dict[str, Any]:
    tasks = workflow.tasks
    values: list[dict[str, Any]] = []
    rows: list[list[Any]] = []
    number: dict[Any, int] = {}
    for task in _in_order(workflow):
        number[task.id] = len(rows)
        rows.append(
            [
                task.task_spec.name,
                -1 if task._parent is None else number[task._parent],
                task._state,
                [task.triggered, task.internal_data] if task.triggered or task.internal_data else 0,
                _shared(values, task.data) if _needed(task, tasks) else -1,
                str(task.id) if _keeps_its_key(task) else 0,
            ]
        )
    return {"format": FORMAT, "completed": workflow.completed, "values": values, "tree": rows}


def restore_tree(workflow: _Workflow, state: dict[str, Any]) -> None:
    specs = workflow.spec.task_specs
    values = state["values"]
    keys: list[Any] = []
    for row, (name, parent, task_state, marks, data, key) in enumerate(state["tree"]):
        key = UUID(key) if key else row
        task = SpiffTask(workflow, specs[name], state=task_state, id=key or "start")
        keys.append(task.id)
        if parent >= 0:
            task._parent = keys[parent]
            workflow.tasks[keys[parent]]._children.append(task.id)
        if marks:
            task.triggered, task.internal_data = marks[0], marks[1]
        if data >= 0:
            task.data = {name: _own(value) for name, value in values[data].items()}
    workflow.task_tree = workflow.tasks[keys[0]]
    workflow.completed = state["completed"]


def _own(value: Any) -> Any:
    """A copy that one step may change without changing another's."""
    return deepcopy(value) if isinstance(value, (list, dict)) else value


def _in_order(workflow: _Workflow) -> list[SpiffTask]:
    """Parents before children, brothers and sisters in their own order."""
    found, stack = [], [workflow.task_tree]
    while stack:
        task = stack.pop()
        found.append(task)
        stack.extend(reversed(task.children))
    return found


def _keeps_its_key(task: SpiffTask) -> bool:
    """Steps that somebody acts on, and rounds of a repeated step, are found again by their key."""
    return isinstance(task.id, UUID) and (task.task_spec.manual or bool(task.internal_data))


def _needed(task: SpiffTask, tasks: dict[Any, SpiffTask]) -> bool:
    state = task._state
    if state & TaskState.PREDICTED_MASK or not task.data:
        return False
    return bool(state & _UNFINISHED) or any(tasks[child]._state & _UNFINISHED for child in task._children)


def _shared(values: list[dict[str, Any]], data: dict[str, Any]) -> int:
    for index in range(len(values) - 1, -1, -1):
        if values[index] == data:
            return index
    values.append(data)
    return len(values) - 1
