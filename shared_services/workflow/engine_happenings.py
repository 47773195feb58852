"""What happens to a case while it runs: messages within it, failures, times that come."""

from __future__ import annotations

from datetime import datetime, timedelta

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from . import timers
from .diagrams import Step
from .engine_asking import Asking
from .engine_steps import BoundaryStep, EngineFault
from .engine_tree import Part


class Happenings(Asking):
    """Takes what happens to the steps that wait for it."""

    now: datetime
    messages: list[str]
    """Messages that no step has waited for yet."""
    _timers_run: bool

    def send(self, message: str) -> None:
        """A message within the case: it is kept until a step waits for it."""
        self.messages.append(message)
        self._hand_out_messages()

    def _hand_out_messages(self) -> None:
        for message in list(self.messages):
            if self._hand_out(message):
                self.messages.remove(message)

    def _hand_out(self, message: str) -> bool:
        for task in self._tasks(TaskState.READY | TaskState.WAITING):
            step = getattr(task.task_spec, "step", None)
            if step is None or step.message != message:
                continue
            if step.kind == "wait" and task.has_state(TaskState.READY):
                task.run()
                return True
            if step.kind == "boundary" and task.has_state(TaskState.WAITING):
                _catch(task)
                return True
        return False

    def fail_outwards(self, task: SpiffTask, code: str, *, within: bool = True) -> bool:
        """Let the nearest error event around a step catch a failure. An error end with none around it is a fault.

        `within`: the step itself is an error end, so what it stands in is asked first.
        """
        here = task.workflow.parent_task if within and isinstance(task.workflow, Part) else None if within else task
        while here is not None:
            event = _error_event(here, code)
            if event is not None:
                _catch(event)
                return True
            here = here.workflow.parent_task if isinstance(here.workflow, Part) else None
        if within:
            raise EngineFault(f"“{task.task_spec.step.label}” ends with an error that nothing around it catches.")
        return False

    def time_has_come(self, task: SpiffTask, step: Step) -> bool:
        """Whether a timer has gone off; one that has just been reached is set first."""
        marks = task.internal_data
        if "due" not in marks:
            due = self._first_due(task, step)
            marks["due"] = due.at.isoformat()
            if due.left:
                marks["left"], marks["every"] = due.left, due.every
        if not self._timers_run or datetime.fromisoformat(marks["due"]) > self.now:
            return False
        if marks.get("left") and isinstance(task.task_spec, BoundaryStep):
            due = timers.next_due(
                timers.Due(datetime.fromisoformat(marks["due"]), marks["left"], marks["every"]), self.now
            )
            if due.at > self.now:
                task.task_spec.go_round(task, {"due": due.at.isoformat(), "left": due.left, "every": due.every})
        return True

    def put_timers_off(self, by: timedelta) -> None:
        """Let the timers that run go off so much later; those that wait for a day of the calendar keep it."""
        for task in self._timed():
            marks, timer = task.internal_data, task.task_spec.step.timer
            if timer is not None and timer.kind != "date" and "due" in marks:
                marks["due"] = (datetime.fromisoformat(marks["due"]) + by).isoformat()

    def _first_due(self, task: SpiffTask, step: Step) -> timers.Due:
        assert step.timer is not None
        try:
            return timers.first_due(step.timer, lambda text: self.evaluate_at(task, text), self.now)
        except timers.TimerError as error:
            raise EngineFault(f"The timer “{step.label}” has no sensible time: {error}.") from error

    def _look_at_timers(self) -> None:
        if self._timers_run:
            for task in self._timed():
                if task.state == TaskState.WAITING:
                    task.task_spec._update(task)


def _catch(event: SpiffTask) -> None:
    """An event on the edge of a step has happened."""
    step = event.task_spec.step
    if step.message and not step.interrupts:
        event.task_spec.go_round(event, {})
    event.internal_data["caught"] = True
    event.task_spec._update(event)
    # At once: what it interrupts must not go on.
    event.run()


def _error_event(task: SpiffTask, code: str) -> SpiffTask | None:
    """The error event drawn on the edge of a step that catches this code, if there is one."""
    split = task.parent
    if split is not None and task.task_spec.name.endswith(" [child]"):
        split = split.parent
    for event in split.children if split is not None else []:
        if not isinstance(event.task_spec, BoundaryStep) or event.state != TaskState.WAITING:
            continue
        if event.task_spec.step.error is not None and event.task_spec.step.error in ("", code):
            return event
    return None
