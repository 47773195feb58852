"""Running a process with SpiffWorkflow: a case is started or restored, moved on, stored again.

Its own ways to run code are closed: expressions go to the safe evaluator, scripts are refused, decision
tables are ours, and a service step does only what the caller's `perform` does. Its readers and its serialiser
are not used: specifications are built from the drawing's facts (`engine_specs`), and a stored case holds the
tree of steps and the values of the process, and nothing else (`engine_state`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from . import timers
from .decisions import DecisionModel, as_plain, read_decisions
from .diagrams import Diagram, Step, read_diagram
from .engine_specs import build_specs
from .engine_steps import BoundaryStep, EngineFault, ManualStep, OperationStep, PartStep, TimerStep
from .engine_values import CaseValues, Values
from .expressions import ExpressionError, evaluate
from .findings import Finding, ProcessRefused, find
from .operations import OperationFailed
from .safe_xml import read_xml

logging.getLogger("spiff").setLevel(logging.WARNING)

MAX_STEPS = 500
"""More steps than this without anybody acting is a fault in the drawing."""
MAX_DEPTH = 8
"""Processes that call each other deeper than this never end."""

Perform = Callable[[Step, dict[str, Any]], "dict[str, Any] | None"]


class StepGone(EngineFault):
    """Somebody acts on a step at which the case no longer stands."""


class _SafeExpressions(PythonScriptEngine):
    """What the engine asks to work something out. Nothing here can run code."""

    def validate(self, expression: str) -> None:
        raise ExpressionError("Expressions are checked when a process is read.")

    def evaluate(self, task: SpiffTask, expression: str, external_context: Any = None) -> Any:
        return task.workflow.run.evaluate_at(task, expression)

    def execute(self, task: SpiffTask, script: str, external_context: Any = None) -> None:
        raise ExpressionError("Scripts are never run.")

    def call_service(self, task: SpiffTask, **kwargs: Any) -> None:
        raise ExpressionError("A service step names an operation; it cannot call a service.")


_EXPRESSIONS = _SafeExpressions()


class Library(Protocol):
    """Where the processes that a process calls are found."""

    def newest(self, key: str) -> tuple[UUID, Definition]: ...

    def pinned(self, version_id: UUID) -> Definition: ...


class _NothingToCall:
    def newest(self, key: str) -> tuple[UUID, Definition]:
        raise EngineFault(f"The process “{key}” is called, but no published processes are at hand.")

    def pinned(self, version_id: UUID) -> Definition:
        raise EngineFault("A called process is not at hand.")


@dataclass(frozen=True)
class Definition:
    """A process version, read once and kept in the process: safe to share between cases."""

    diagram: Diagram
    decisions: dict[str, DecisionModel]
    spec: BpmnProcessSpec
    parts: dict[str, BpmnProcessSpec] = field(default_factory=dict)
    """The specifications of its embedded subprocesses."""
    called: Library = field(default_factory=_NothingToCall)


def read_definition(bpmn: str, dmn: list[str], *, operations: bool = True, called: Library | None = None) -> Definition:
    """Read a process and its decision tables, or refuse them. Raises ProcessRefused, XmlRefused, DecisionRefused."""
    diagram = read_diagram(read_xml(bpmn, "The process"))
    if diagram is None:
        raise ProcessRefused(
            [Finding("error", "", "one-process", "The file must hold exactly one executable process.")]
        )
    decisions: dict[str, DecisionModel] = {}
    for text in dmn:
        model = read_decisions(text)
        decisions.update(dict.fromkeys(model.tables, model))
    errors = [finding for finding in find(diagram, decisions, operations=operations) if finding.level == "error"]
    if errors:
        raise ProcessRefused(errors)
    spec, parts = build_specs(diagram)
    return Definition(diagram, decisions, spec, parts, called or _NothingToCall())


# -- A case in memory ----------------------------------------------------------------------------


@dataclass
class Scope:
    """The values of one running process: the case's own, or a called one's."""

    definition: Definition
    values: dict[str, Any]
    version: UUID | None = None
    """Of a called process: the version that it was started with and stays on."""


class Workflow(BpmnWorkflow):
    """SpiffWorkflow's run of a process, with a way back to ours."""

    def __init__(self, run: Run, scope: Scope, *, deserializing: bool = False) -> None:
        self.run, self.scope = run, scope
        self.items: dict[str, Any] = {}
        super().__init__(scope.definition.spec, script_engine=_EXPRESSIONS, deserializing=deserializing)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return {}


class Part(BpmnSubWorkflow):
    """The run of an embedded subprocess or of a called process, inside a case."""

    def __init__(
        self,
        spec: BpmnProcessSpec,
        parent: SpiffTask,
        scope: Scope,
        items: dict[str, Any],
        *,
        deserializing: bool = False,
    ) -> None:
        self.run, self.scope, self.items = parent.workflow.run, scope, items
        self.parent_task = parent
        top = parent.workflow.top_workflow
        super().__init__(spec, parent.id, top, deserializing=deserializing)
        top.subprocesses[parent.id] = self
        self.completed_event.connect(parent.task_spec._on_subworkflow_completed, parent)

    @property
    def parent_workflow(self) -> Any:
        return self.parent_task.workflow

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step of a running case at which somebody, or something, must act."""

    engine_id: UUID
    step: Step
    values: CaseValues
    item: Any
    version: UUID | None = None
    """The version of the called process that the step is drawn in; None: the case's own."""


@dataclass(frozen=True, slots=True)
class TimerAt:
    """A timer that runs: when it goes off and at which step."""

    engine_id: UUID
    step: Step
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """A service step that failed. The case stands there until somebody has it tried again."""

    engine_id: UUID
    step: Step
    error: Exception | None
    """What went wrong just now; None for a fault of an earlier time."""


class Run:
    """One case in memory: started or restored, moved on, stored again."""

    def __init__(self, definition: Definition, *, now: datetime | None = None) -> None:
        self.definition = definition
        self.held_back = False
        self.outcome = ""
        self.now = now or datetime.now(UTC)
        self.messages: list[str] = []
        self.seen: set[str] = set()
        self.timers_before: dict[UUID, datetime] = {}
        """The timers that ran when the case was restored."""
        self._errors: dict[Any, Exception] = {}
        self._perform: Perform | None = None
        self._timers_run = False
        self._at_home = True
        self._workflow: Workflow

    # -- Coming and going -----------------------------------------------------------------------

    @classmethod
    def start(cls, definition: Definition, values: dict[str, Any], *, now: datetime | None = None) -> Run:
        run = cls(definition, now=now)
        run._workflow = Workflow(run, Scope(definition, dict(values)))
        return run

    @classmethod
    def restore(cls, definition: Definition, state: dict[str, Any], *, now: datetime | None = None) -> Run:
        from .engine_state import restore_run

        run = cls(definition, now=now)
        restore_run(run, state)
        run.timers_before = {found.engine_id: found.due_at for found in run.timers()}
        return run

    def state(self) -> dict[str, Any]:
        """What must be kept to go on later."""
        from .engine_state import store_run

        return store_run(self)

    @property
    def values(self) -> dict[str, Any]:
        """The values of the case's own process."""
        return self._workflow.scope.values

    # -- Moving on ------------------------------------------------------------------------------

    def complete(self, engine_id: UUID, values: dict[str, Any]) -> None:
        """Somebody has acted on a step: take the values and leave the step. Raises StepGone."""
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.READY) or not task.task_spec.manual:
            raise StepGone("This step is no longer open.")
        known, step = task.workflow.scope.values, task.task_spec.step
        known.update(values)
        if step.kind == "user" and "outcome" in values:
            known[step.into] = values["outcome"]
        task.run()

    def advance(
        self, perform: Perform, *, at_home: bool = True, retry: bool = False, now: datetime | None = None
    ) -> None:
        """Run every step that needs nobody.

        Away from the owner's room, service steps, calls and timers are held back for it. A service step that
        failed before is tried again only with `retry`; one that fails now is found in `faults`.
        """
        self._perform, self._at_home, self._timers_run = perform, at_home, at_home
        self.held_back = False
        self.now = now or datetime.now(UTC)
        if retry:
            for task in self._tasks(TaskState.READY):
                task.internal_data.pop("fault", None)
        self._look_at_timers()
        self._hand_out_messages()
        done = 0
        while ready := self._ready_to_run():
            for task in ready:
                if task.has_state(TaskState.READY) and self._is_live(task):
                    self._run_one(task)
                    done += 1
            self._hand_out_messages()
            if done > MAX_STEPS:
                raise EngineFault("The process goes round without anybody acting.")

    def cancel(self) -> None:
        self._workflow.cancel()

    def _run_one(self, task: SpiffTask) -> None:
        if isinstance(task.task_spec, OperationStep) and not self._operate(task):
            return
        step = getattr(task.task_spec, "step", None)
        if step is not None and step.kind == "end" and step.outcome and task.workflow is self._workflow:
            self.outcome = step.outcome
        task.run()

    def _ready_to_run(self) -> list[SpiffTask]:
        ready = []
        for task in self._tasks(TaskState.READY):
            spec = task.task_spec
            if spec.manual or "fault" in task.internal_data:
                continue
            if not self._at_home and (isinstance(spec, OperationStep) or self._begins_a_call(task)):
                self.held_back = True
                continue
            ready.append(task)
        return ready

    def _begins_a_call(self, task: SpiffTask) -> bool:
        spec = task.task_spec
        return isinstance(spec, PartStep) and bool(spec.step.calls) and "ended" not in task.internal_data

    # -- What steps do --------------------------------------------------------------------------

    def _operate(self, task: SpiffTask) -> bool:
        """Do a service step's operation. A failure goes to the error event drawn for it, or stops the step here."""
        step = task.task_spec.step
        if self._perform is None:
            raise EngineFault(f"“{step.label}” was reached outside a decision.")
        try:
            changes = self._perform(step, self._values_at(task))
        except OperationFailed as failure:
            if not self.fail_outwards(task, failure.code, within=False):
                task.internal_data["fault"] = True
                self._errors[task.id] = failure.cause
            return False
        task.workflow.scope.values.update(as_plain(changes or {}))
        if step.message:
            self.send(step.message)
        return True

    def decide(self, task: SpiffTask) -> None:
        step, scope = task.task_spec.step, task.workflow.scope
        values = Values(self._values_at(task), scope.definition.diagram.variables)
        answer = scope.definition.decisions[step.decision].decide(step.decision, values)
        if not answer:
            raise EngineFault(f"“{step.label}”: no row of its decision table fits this case.")
        scope.values.update(as_plain(answer))

    def start_part(self, task: SpiffTask, step: Step) -> None:
        """Begin an embedded subprocess, or a called process in its newest version."""
        scope, items = task.workflow.scope, {**task.workflow.items, **task.data}
        spec = None
        if step.calls:
            depth = getattr(task.workflow, "depth", 0)
            if depth >= MAX_DEPTH:
                raise EngineFault(f"“{step.label}”: processes call each other more than {MAX_DEPTH} deep.")
            version, definition = scope.definition.called.newest(step.calls)
            wanted = definition.diagram.variables
            handed = {**scope.values, **items}
            scope = Scope(definition, {name: handed[name] for name in wanted if name in handed}, version)
            items, spec = {}, definition.spec
        Part(spec or scope.definition.parts[step.id], task, scope, items)

    def finish_part(self, task: SpiffTask, part: Part) -> None:
        """A called process hands back what both processes declare; of a subprocess the steps are remembered."""
        outer, inner = task.workflow.scope, part.scope
        if inner is not outer:
            known = outer.definition.diagram.variables
            outer.values.update({name: value for name, value in inner.values.items() if name in known})
        elif outer is self._workflow.scope:
            self.seen.update(key for key, mark in self._marks(part).items() if mark == "done")

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

    # -- Timers ---------------------------------------------------------------------------------

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

    def _timed(self) -> list[SpiffTask]:
        found = []
        for task in self._tasks(TaskState.WAITING):
            if isinstance(task.task_spec, (TimerStep, BoundaryStep)) and task.task_spec.step.timer is not None:
                found.append(task)
        return found

    # -- Asking ---------------------------------------------------------------------------------

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
                found.append(Waiting(_key(task), spec.step, values, item, task.workflow.scope.version))
        return found

    def timers(self) -> list[TimerAt]:
        """The timers that run."""
        return [
            TimerAt(_key(task), task.task_spec.step, datetime.fromisoformat(task.internal_data["due"]))
            for task in self._timed()
        ]

    def faults(self) -> list[Fault]:
        """The service steps that failed and wait to be tried again."""
        return [
            Fault(_key(task), task.task_spec.step, self._errors.get(task.id))
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

    def evaluate_at(self, task: SpiffTask, expression: str) -> Any:
        """The value of an expression at a step, with the item of its repetition."""
        return self.evaluate(expression, self._values_at(task))

    def _values_at(self, task: SpiffTask) -> CaseValues:
        workflow = task.workflow
        kinds = workflow.scope.definition.diagram.variables
        return CaseValues({**workflow.scope.values, **workflow.items, **task.data}, kinds)

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


def in_order(workflow: Any) -> Iterator[SpiffTask]:
    """Parents before children, brothers and sisters in their own order."""
    tasks, stack = workflow.tasks, [workflow.task_tree]
    while stack:
        task = stack.pop()
        yield task
        stack.extend([tasks[key] for key in reversed(task._children)])


def _key(task: SpiffTask) -> UUID:
    return task.id if isinstance(task.id, UUID) else UUID(task.id)


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
