"""Taking a stored run back to a step that an officer acts on: the only other place that knows the engine's tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .diagrams import Step
from .engine import EngineFault, Run

_NOT_REACHED = TaskState.PREDICTED_MASK | TaskState.FUTURE


def earlier_steps(run: Run) -> list[Step]:
    """The officers' steps that this run has passed or stands in the middle of, the latest first; each once."""
    found: dict[str, Step] = {}
    for task in reversed(list(run._workflow.tasks.values())):
        step = _step_of(run, task)
        if step is None or step.kind != "user" or step.id in found:
            continue
        if task.has_state(TaskState.COMPLETED) or _has_begun(task):
            found[step.id] = step
    return list(found.values())


def done_since(run: Run, step_id: str) -> list[Step]:
    """The service steps that were carried out after the latest pass of a step."""
    start = _latest(run, step_id)
    if start is None:
        return []
    found = {}
    for task in _below(start):
        step = _step_of(run, task)
        if step is not None and step.kind == "service" and task.has_state(TaskState.COMPLETED):
            found[step.id] = step
    return list(found.values())


def rewind(run: Run, step_id: str, values: dict[str, Any]) -> None:
    """Leave every step at which the run stands, and stand at `step_id` again, with these values.

    What was done from that step on no longer counts as done. Works on a run that has ended as well. Raises
    EngineFault for a step that the process does not have.
    """
    workflow = run._workflow
    spec = workflow.spec.task_specs.get(step_id)
    step = run.definition.diagram.steps.get(step_id)
    if spec is None or step is None or step.kind != "user":
        raise EngineFault("There is no such step for an officer in this process.")
    start = _latest(run, step_id)
    workflow.cancel()
    workflow.completed = False
    if start is not None:
        for task in (start, *_below(start)):
            task._set_state(TaskState.CANCELLED)
    workflow.scope.values = dict(values)
    task = workflow.task_tree._add_child(spec, TaskState.FUTURE)
    spec._predict(task, mask=_NOT_REACHED)
    spec._update(task)


def _step_of(run: Run, task: SpiffTask) -> Step | None:
    return run.definition.diagram.steps.get(getattr(task.task_spec, "bpmn_id", None) or "")


def _has_begun(task: SpiffTask) -> bool:
    """A step that is asked of several in turn, and that at least one has answered."""
    return bool(task.internal_data.get("merged"))


def _latest(run: Run, step_id: str) -> SpiffTask | None:
    """The newest task of a step that has not been taken back: the whole of it, where it is asked of several."""
    spec = run._workflow.spec.task_specs.get(step_id)
    found = None
    for task in run._workflow.tasks.values():
        if task.task_spec is spec and not task.has_state(TaskState.CANCELLED | _NOT_REACHED):
            found = task
    return found


def _below(task: SpiffTask) -> Iterator[SpiffTask]:
    for child in list(task.children):
        yield child
        yield from _below(child)
