"""Running a process with SpiffWorkflow: the one place that knows it.

Its own ways to run code are closed: expressions go to the safe evaluator, scripts are refused, decision
tables are ours, and a service step does only what the caller's `perform` does. Its serialiser stores the
whole model with every case; ours stores the tree of steps and the values still needed, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from lxml import etree
from SpiffWorkflow.bpmn.parser import ValidationException
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from .decisions import DecisionModel, as_plain, read_decisions
from .diagrams import Diagram, Step, read_diagram
from .expressions import ExpressionError, evaluate
from .findings import Finding, ProcessRefused, find
from .safe_xml import read_xml

logging.getLogger("spiff").setLevel(logging.WARNING)

MAX_STEPS = 500
"""More steps than this without anybody acting is a fault in the drawing."""
FORMAT = 1

Perform = Callable[[Step, dict[str, Any]], "dict[str, Any] | None"]


class EngineFault(Exception):
    """A case that cannot move on as drawn; the message names the step."""


class _Operation(BpmnSpecMixin):
    """A service step: the case's `perform` does it."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        my_task.workflow.run.do_operation(my_task)
        return True


class _Decision(BpmnSpecMixin):
    """A business rule step: one of the process's decision tables."""

    def _run_hook(self, my_task: SpiffTask) -> bool:
        my_task.workflow.run.do_decision(my_task)
        return True


class _Wait(BpmnSpecMixin):
    """A step that waits for word from elsewhere (services.resume_case)."""

    def __init__(self, wf_spec: BpmnProcessSpec, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = True


class _NoScripts(TaskParser):
    def create_task(self) -> None:
        raise ValidationException(f"“{self.node.get('name') or self.bpmn_id}” is a script task. Scripts are never run.")


class _Parser(BpmnParser):
    OVERRIDE_PARSER_CLASSES = {
        full_tag("serviceTask"): (TaskParser, _Operation),
        full_tag("businessRuleTask"): (TaskParser, _Decision),
        full_tag("receiveTask"): (TaskParser, _Wait),
        full_tag("scriptTask"): (_NoScripts, BpmnSpecMixin),
    }


class _SafeExpressions(PythonScriptEngine):
    """What the engine asks to work something out. Nothing here can run code."""

    def validate(self, expression: str) -> None:
        raise ExpressionError("Expressions are checked when a process is read.")

    def evaluate(self, task: SpiffTask, expression: str, external_context: Any = None) -> Any:
        return task.workflow.run.evaluate(expression, task.data)

    def execute(self, task: SpiffTask, script: str, external_context: Any = None) -> None:
        raise ExpressionError("Scripts are never run.")

    def call_service(self, task: SpiffTask, **kwargs: Any) -> None:
        raise ExpressionError("A service step names an operation; it cannot call a service.")


_EXPRESSIONS = _SafeExpressions()


@dataclass(frozen=True)
class Definition:
    """A process version, read once and kept in the process: safe to share between cases."""

    diagram: Diagram
    decisions: dict[str, DecisionModel]
    spec: BpmnProcessSpec


def read_definition(bpmn: str, dmn: list[str], *, operations: bool = True) -> Definition:
    """Read a process and its decision tables, or refuse them. Raises ProcessRefused, XmlRefused, DecisionRefused."""
    root = read_xml(bpmn, "The process")
    diagram = read_diagram(root)
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
    return Definition(diagram, decisions, _spec(root, diagram.key))


def _spec(root: etree._Element, key: str) -> BpmnProcessSpec:
    parser = _Parser()
    try:
        parser.add_bpmn_xml(root)
        spec = parser.get_spec(key)
    except ValidationException as error:
        raise ProcessRefused([Finding("error", key, "drawing", str(error))]) from error
    for task_spec in list(spec.task_specs.values()):
        if hasattr(task_spec, "merge_child"):
            spec.task_specs[task_spec.task_spec].completed_event.connect(task_spec.merge_child)
    return spec


class _Workflow(BpmnWorkflow):
    """SpiffWorkflow's run of a process, with a way back to ours."""

    run: Run

    def __init__(self, run: Run, *, deserializing: bool = False) -> None:
        self.run = run
        super().__init__(run.definition.spec, script_engine=_EXPRESSIONS, deserializing=deserializing)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return {}


class _Values(Mapping[str, Any]):
    """Variables as expressions see them: declared money, numbers and dates are such, not texts."""

    __slots__ = ("_data", "_kinds")

    def __init__(self, data: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        self._data, self._kinds = data, kinds

    def __getitem__(self, name: str) -> Any:
        kind = self._kinds.get(name)
        if kind is not None and name not in self._data:
            # Declared and not known yet: a condition may ask for it.
            return None
        value = self._data[name]
        if value is None or kind is None or not isinstance(value, str):
            return value
        try:
            if kind in ("money", "number"):
                return Decimal(value)
            return date.fromisoformat(value) if kind == "date" else value
        except (InvalidOperation, ValueError) as error:
            raise ExpressionError(f"“{name}” is not a {kind}.") from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step of a running case at which somebody, or something, must act."""

    engine_id: UUID
    step: Step
    values: dict[str, Any]
    item: Any


class Run:
    """One case in memory: started or restored, moved on, stored again."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.held_back = False
        self.outcome = ""
        self._perform: Perform | None = None
        self._workflow: _Workflow

    # -- Coming and going -----------------------------------------------------------------------

    @classmethod
    def start(cls, definition: Definition, values: dict[str, Any]) -> Run:
        run = cls(definition)
        run._workflow = _Workflow(run)
        run._workflow.task_tree.data.update(values)
        return run

    @classmethod
    def restore(cls, definition: Definition, state: dict[str, Any]) -> Run:
        from .engine_state import restore_tree

        run = cls(definition)
        run._workflow = _Workflow(run, deserializing=True)
        restore_tree(run._workflow, state)
        return run

    def state(self) -> dict[str, Any]:
        """What must be kept to go on later."""
        from .engine_state import store_tree

        return store_tree(self._workflow)

    # -- Moving on ------------------------------------------------------------------------------

    def complete(self, engine_id: UUID, values: dict[str, Any]) -> None:
        """Somebody has acted on a step: take the values and leave the step."""
        task = self._workflow.tasks.get(engine_id)
        if task is None or not task.has_state(TaskState.READY) or not task.task_spec.manual:
            raise EngineFault("This step is no longer open.")
        step = self.definition.diagram.steps[task.task_spec.bpmn_id]
        if step.item:
            # The item belongs to this round only; the next round brings its own.
            task.data.pop(step.item, None)
        task.data.update(values)
        task.run()

    def advance(self, perform: Perform, *, at_home: bool = True) -> None:
        """Run every step that needs nobody. Away from the owner's room, service steps are held back for it."""
        self._perform = perform
        self.held_back = False
        done = 0
        while ready := self._ready_to_run(at_home):
            for task in ready:
                if task.has_state(TaskState.READY):
                    task.run()
                    done += 1
            if done > MAX_STEPS:
                raise EngineFault("The process goes round without anybody acting.")

    def _ready_to_run(self, at_home: bool) -> list[SpiffTask]:
        ready = []
        for task in self._workflow.tasks.values():
            if task._state == TaskState.READY and not task.task_spec.manual:
                if not at_home and isinstance(task.task_spec, _Operation):
                    self.held_back = True
                    continue
                ready.append(task)
        for task in ready:
            step = self.definition.diagram.steps.get(getattr(task.task_spec, "bpmn_id", None) or "")
            if step is not None and step.kind == "end" and step.outcome:
                self.outcome = step.outcome
        return ready

    def cancel(self) -> None:
        self._workflow.cancel()

    # -- Asking ---------------------------------------------------------------------------------

    def waiting(self) -> list[Waiting]:
        """The steps at which the case stands."""
        found = []
        for key, task in self._workflow.tasks.items():
            if task._state == TaskState.READY and task.task_spec.manual:
                step = self.definition.diagram.steps[task.task_spec.bpmn_id]
                item = task.data.get(step.item) if step.item else None
                engine_id = key if isinstance(key, UUID) else UUID(key)
                found.append(Waiting(engine_id, step, task.data, item))
        return found

    @property
    def finished(self) -> bool:
        return bool(self._workflow.is_completed())

    def passed(self) -> dict[str, str]:
        """Which steps of the drawing are done and which are current, for the picture."""
        marks: dict[str, str] = {}
        for task in self._workflow.tasks.values():
            key = getattr(task.task_spec, "bpmn_id", None)
            if not key:
                continue
            if task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED):
                marks[key] = "current"
            elif task.has_state(TaskState.COMPLETED):
                marks.setdefault(key, "done")
        return marks

    def evaluate(self, expression: str, values: Mapping[str, Any]) -> Any:
        return evaluate(expression, _Values(values, self.definition.diagram.variables))

    # -- What steps do --------------------------------------------------------------------------

    def do_operation(self, task: SpiffTask) -> None:
        step = self.definition.diagram.steps[task.task_spec.bpmn_id]
        if self._perform is None:
            raise EngineFault(f"“{step.label}” was reached outside a decision.")
        task.data.update(as_plain(self._perform(step, dict(task.data)) or {}))

    def do_decision(self, task: SpiffTask) -> None:
        step = self.definition.diagram.steps[task.task_spec.bpmn_id]
        values = _Values(task.data, self.definition.diagram.variables)
        answer = self.definition.decisions[step.decision].decide(step.decision, values)
        if not answer:
            raise EngineFault(f"“{step.label}”: no row of its decision table fits this case.")
        task.data.update(as_plain(answer))
