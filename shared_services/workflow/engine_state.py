"""Storing a run as little JSON as will do, and restoring it.

A stored tree is a list of rows [step, parent row, state, marks?, own values?, key?]. The values of a process
are kept once, the case's own first; a step has none but the item of its repetition. Subprocesses and called processes that run
stand beside the tree, each with the row of the step that it belongs to. The drawing itself is never stored
with a case; of a called process the version that it was started with is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .engine_steps import BoundaryStep, OperationStep, TimerStep
from .engine_tree import Part, Scope, Workflow, in_order

if TYPE_CHECKING:
    from .engine import Run

FORMAT = 2
_UNFINISHED = TaskState.NOT_FINISHED_MASK


def store_run(run: Run) -> dict[str, Any]:
    numbers: dict[Any, int] = {}
    top = run._workflow
    state: dict[str, Any] = {
        "format": FORMAT,
        "completed": top.completed,
        "values": [deepcopy(top.scope.values)],
        "tree": _rows(top, numbers),
    }
    parts = [_part(workflow, numbers, state["values"]) for workflow in run._workflows() if isinstance(workflow, Part)]
    for name, kept in (("parts", parts), ("messages", list(run.messages)), ("seen", sorted(run.seen))):
        if kept:
            state[name] = kept
    return state


def _part(part: Part, numbers: dict[Any, int], values: list[dict[str, Any]]) -> dict[str, Any]:
    kept: dict[str, Any] = {"of": numbers[part.parent_task_id], "tree": _rows(part, numbers)}
    if part.scope is not part.parent_workflow.scope:
        kept["version"] = str(part.scope.version)
        kept["values"] = len(values)
        values.append(deepcopy(part.scope.values))
    if part.items:
        kept["items"] = deepcopy(part.items)
    return kept


def _rows(workflow: Any, numbers: dict[Any, int]) -> list[list[Any]]:
    rows = []
    for task in in_order(workflow):
        numbers[task.id] = len(numbers)
        marks = task.internal_data if task._state & _UNFINISHED else {}
        rows.append(
            [
                task.task_spec.name,
                -1 if task._parent is None else numbers[task._parent],
                task._state,
                [task.triggered, deepcopy(marks)] if task.triggered or marks else 0,
                deepcopy(task.data) if task.data and task._state & _UNFINISHED else 0,
                str(task.id) if _keeps_its_key(task) else 0,
            ]
        )
    return rows


def restore_run(run: Run, state: dict[str, Any]) -> None:
    if state["format"] == 1:
        state = _from_format_1(run, state)
    keys: list[Any] = []
    top = run._workflow = Workflow(run, Scope(run.definition, deepcopy(state["values"][0])), deserializing=True)
    top.task_tree = _tree(top, state["tree"], keys)
    top.completed = state["completed"]
    run.messages = list(state.get("messages", ()))
    run.seen = set(state.get("seen", ()))
    owners: dict[Any, Any] = dict.fromkeys(keys, top)
    for kept in state.get("parts", ()):
        key = keys[kept["of"]]
        part = _restore_part(owners[key].tasks[key], kept, state["values"])
        before = len(keys)
        part.task_tree = _tree(part, kept["tree"], keys)
        owners.update(dict.fromkeys(keys[before:], part))


def _restore_part(task: SpiffTask, kept: dict[str, Any], values: list[dict[str, Any]]) -> Part:
    scope, step = task.workflow.scope, task.task_spec.step
    if "version" in kept:
        version = UUID(kept["version"])
        scope = Scope(scope.definition.called.pinned(version), deepcopy(values[kept["values"]]), version)
        spec = scope.definition.spec
    else:
        spec = scope.definition.parts[step.id]
    return Part(spec, task, scope, deepcopy(kept.get("items", {})), deserializing=True)


def _tree(workflow: Any, rows: list[list[Any]], keys: list[Any]) -> SpiffTask:
    """Rows are numbered through all trees of a case, so that a number names one step."""
    specs = workflow.spec.task_specs
    first = len(keys)
    for name, parent, task_state, marks, data, key in rows:
        # A key of nothing would be replaced by a new one.
        task = SpiffTask(workflow, specs[name], state=task_state, id=UUID(key) if key else len(keys) or "start")
        keys.append(task.id)
        if parent >= 0:
            task._parent = keys[parent]
            workflow.tasks[keys[parent]]._children.append(task.id)
        if marks:
            task.triggered, task.internal_data = marks[0], deepcopy(marks[1])
        if data:
            task.data = deepcopy(data)
    return workflow.tasks[keys[first]]


def _keeps_its_key(task: SpiffTask) -> bool:
    """Steps that somebody acts on, timers, and services that may be tried again are found again by their key."""
    if not isinstance(task.id, UUID) or not task._state & _UNFINISHED:
        return False
    return bool(task.task_spec.manual or isinstance(task.task_spec, (TimerStep, BoundaryStep, OperationStep)))


def _from_format_1(run: Run, state: dict[str, Any]) -> dict[str, Any]:
    """Cases of before values belonged to the process: each step had its own copy, the latest holds."""
    steps = run.definition.diagram.steps
    items = {f"{step.id} [child]": step.item for step in steps.values() if step.item}
    values: dict[str, Any] = {}
    tree = []
    for name, parent, task_state, marks, data, key in state["tree"]:
        own: dict[str, Any] = {}
        if data >= 0:
            item = items.get(name, "")
            known = state["values"][data]
            own = {item: known[item]} if item in known else {}
            values.update({name: value for name, value in known.items() if name not in own})
        tree.append([name, parent, task_state, marks, own or 0, key])
    return {"format": FORMAT, "completed": state["completed"], "values": [values], "tree": tree}
