"""Taking a stored run back to a step that an officer acts on: the only other place that knows the engine's tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .diagrams import Step
from .engine import EngineFault, Run
from .engine_gateways import ChoicesStep, ChoiceStep, TogetherStep
from .engine_specs import EDGE_CLOSED, EDGE_WATCHED
from .engine_steps import BoundaryStep, DrawnStep

_NOT_REACHED = TaskState.PREDICTED_MASK | TaskState.FUTURE


def earlier_steps(run: Run) -> list[Step]:
    """The officers' steps that this run has passed or stands in the middle of, the latest first; each once.

    Only those of the process itself at which it can stand alone: a step inside a group of steps, in a process that
    was called, or on a branch that runs beside others would leave these behind.
    """
    found: dict[str, Step] = {}
    for task in reversed(list(run._workflow.tasks.values())):
        step = _step_of(run, task)
        if step is None or step.kind != "user" or step.id in found:
            continue
        if (task.has_state(TaskState.COMPLETED) or _has_begun(task)) and not _runs_beside(task):
            found[step.id] = step
    return list(found.values())


def done_since(run: Run, step_id: str) -> list[Step]:
    """The service steps that were carried out, and the processes that were called, after the latest pass of a step."""
    start = _latest(run, step_id)
    if start is None:
        return []
    passed = run.passed()
    found: dict[str, Step] = {}
    for task in _below(start):
        step = _step_of(run, task)
        if step is None or not task.has_state(TaskState.COMPLETED | TaskState.STARTED):
            continue
        if step.kind == "call" or (step.kind == "service" and task.has_state(TaskState.COMPLETED)):
            found[step.id] = step
        elif step.kind == "part":
            found.update({inner.id: inner for inner in _inside(run, step) if _is_done(inner, passed)})
    return list(found.values())


def rewind(run: Run, step_id: str, values: dict[str, Any]) -> None:
    """Leave every step at which the run stands, and stand at `step_id` again, with these values.

    What was done from that step on no longer counts as done, and the events on the edge of the step wait afresh. Works
    on a run that has ended as well. Raises EngineFault for a step that the process does not have.
    """
    workflow = run._workflow
    spec = _way_in(run, step_id)
    step = run.definition.diagram.steps.get(step_id)
    if spec is None or step is None or step.kind != "user":
        raise EngineFault("There is no such step for an officer in this process.")
    start = _latest(run, step_id)
    workflow.cancel()
    workflow.completed = False
    if start is not None:
        for task in (start, *_below(start)):
            _forget(run, task)
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


def _runs_beside(task: SpiffTask) -> bool:
    """Whether a step lies on a branch that others run beside: behind a fork whose branches have not met again."""
    open_forks = 0
    here = task.parent
    while here is not None:
        spec = here.task_spec
        if isinstance(spec, BoundaryStep) and not spec.cancel_activity:
            return True
        if isinstance(spec, DrawnStep) and not isinstance(spec, ChoiceStep):
            if len([name for name in spec._outputs if not name.endswith(EDGE_CLOSED)]) > 1:
                open_forks += 1
                if open_forks > 0:
                    return True
            if isinstance(spec, (TogetherStep, ChoicesStep)) and len(spec._inputs) > 1:
                # Branches have met here: the fork that stands above is closed.
                open_forks -= 1
        here = here.parent
    return False


def _way_in(run: Run, step_id: str) -> Any:
    """Where a case enters a step: the events on its edge begin with it."""
    specs = run._workflow.spec.task_specs
    return specs.get(f"{step_id}{EDGE_WATCHED}") or specs.get(step_id)


def _latest(run: Run, step_id: str) -> SpiffTask | None:
    """The newest task of a step that has not been taken back: the whole of it, with its rounds and its events."""
    spec = _way_in(run, step_id)
    found = None
    for task in run._workflow.tasks.values():
        if task.task_spec is spec and not task.has_state(TaskState.CANCELLED | _NOT_REACHED):
            found = task
    return found


def _below(task: SpiffTask) -> Iterator[SpiffTask]:
    for child in list(task.children):
        yield child
        yield from _below(child)


def _inside(run: Run, part: Step) -> Iterator[Step]:
    """The steps of a group of steps, and of the groups in it."""
    for step in run.definition.diagram.steps_in(part.id):
        yield step
        if step.kind == "part":
            yield from _inside(run, step)


def _is_done(step: Step, passed: dict[str, str]) -> bool:
    if step.kind == "call":
        return step.id in passed
    return step.kind == "service" and passed.get(step.id) == "done"


def _forget(run: Run, task: SpiffTask) -> None:
    """What a step left behind in the run besides its place in the tree: what is seen of its group, its message."""
    step = _step_of(run, task)
    if step is None:
        return
    if step.kind == "part":
        run.seen.difference_update(inner.id for inner in _inside(run, step))
    if step.kind == "send" and task.has_state(TaskState.COMPLETED) and step.message in run.messages:
        run.messages.remove(step.message)
