"""SpiffWorkflow's trees of steps with a way back to ours, and what is told of a case that stands in them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from .diagrams import Step
from .engine_definition import Definition
from .engine_values import CaseValues
from .expressions import ExpressionError

if TYPE_CHECKING:
    from .engine import Run

logging.getLogger("spiff").setLevel(logging.WARNING)


class _SafeExpressions(PythonScriptEngine):
    """What the engine asks to work something out. Nothing here can run code."""

    def validate(self, expression: str) -> None:
        raise ExpressionError("Expressions are checked when a process is read.")

    def evaluate(self, task: SpiffTask, expression: str, external_context: Any = None) -> Any:
        # It asks for conditions alone: of a way out, and of the end of a repetition.
        return task.workflow.run.holds_at(task, expression)

    def execute(self, task: SpiffTask, script: str, external_context: Any = None) -> None:
        raise ExpressionError("Scripts are never run.")

    def call_service(self, task: SpiffTask, **kwargs: Any) -> None:
        raise ExpressionError("A service step names an operation; it cannot call a service.")


_EXPRESSIONS = _SafeExpressions()


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


def in_order(workflow: Any) -> Iterator[SpiffTask]:
    """Parents before children, brothers and sisters in their own order."""
    tasks, stack = workflow.tasks, [workflow.task_tree]
    while stack:
        task = stack.pop()
        yield task
        stack.extend([tasks[key] for key in reversed(task._children)])


def key_of(task: SpiffTask) -> UUID:
    return task.id if isinstance(task.id, UUID) else UUID(task.id)
