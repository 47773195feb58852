"""Answering a step's form: at a task, and to start a case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.references import next_reference
from shared_services.tenancy.statements import JoinedRows

from . import rules, services
from .choices import TaskStatus
from .definitions import definition_of
from .models import Case, Task
from .starting import StartableProcess, check_may_start
from .step_forms.answers import AnswersRefused, check_answers, routing_values
from .step_forms.conditions import typed
from .step_forms.keeping import form_for, keep_answers
from .step_forms.spec import StepForm

TASK_AND_CASE = JoinedRows("workflow.Task", "case", where="t0.owner_id = %s AND t0.id = %s")
NOT_ROUTED_BY = {"amount", "category"}


@transaction.atomic
def answer_task(
    *,
    actor: OfficerCard,
    task_id: UUID,
    outcome: str,
    note: str = "",
    answers: dict[str, Any] | None = None,
    files: dict[str, UploadedFile] | None = None,
    version: int | None = None,
) -> Case:
    """Decide a task and keep the answers to its form in this room; the declared ones route the case.

    Everything that `services.complete_task` refuses is refused here. Sending the same answer twice keeps it once.
    Raises AnswersRefused, naming each field, when the form does not take the answers.
    """
    task = TASK_AND_CASE.find(current_council().number, task_id)
    form = form_for(task) if task is not None else None
    if task is None or form is None or task.status == TaskStatus.DONE:
        if answers:
            _refuse_answers(task)
        return services.complete_task(
            actor=actor, task_id=task_id, outcome=outcome, note=note, version=version, from_inbox=True, answered=True
        )
    rules.check_may_act(actor, task, task.case)
    checked = check_answers(form, answers or {}, files=files or {})
    variables = definition_of(task.case.process_version_id).diagram.variables
    case = services.complete_task(
        actor=actor,
        task_id=task_id,
        outcome=outcome,
        note=note,
        values=_routed(form, checked, variables),
        version=version,
        from_inbox=True,
        answered=True,
    )
    keep_answers(
        actor=actor,
        case=case,
        step=task.step,
        title=task.title,
        answers=checked,
        files=files,
        task_id=task.pk,
    )
    return case


def _refuse_answers(task: Task | None) -> None:
    if task is not None and task.status != TaskStatus.DONE:
        raise AnswersRefused({"": "This task asks no form, so it takes no answers."})


@transaction.atomic
def start_request(
    *,
    actor: OfficerCard,
    process: StartableProcess,
    answers: dict[str, Any],
    files: dict[str, UploadedFile] | None = None,
) -> Case:
    """Start a case of the council's own process with the answers to its start form.

    Raises NotAllowed when the lane of the start is not the officer's, or the process cannot start;
    AnswersRefused when the form does not take the answers.
    """
    check_may_start(actor, process)
    checked = check_answers(process.form, answers, files=files or {})
    routed = _routed(process.form, checked, process.variables)
    amount = routed.get("amount")
    case = services.open_case(
        actor=actor,
        process=process.key,
        subject_id=new_key(),
        reference=next_reference("CAS", localdate().year),
        title=str(checked.get(process.form.title_from) or process.title),
        amount=Decimal(str(amount)) if amount is not None else None,
        category=str(routed.get("category") or ""),
        facts={name: value for name, value in routed.items() if name not in NOT_ROUTED_BY},
    )
    if case.process_version_id != process.version_id:
        raise NotAllowed("The process has changed in the meantime. Open its form again.", code="stale")
    keep_answers(actor=actor, case=case, step=process.step, title=process.title, answers=checked, files=files)
    record(actor, "workflow.case.started", case, process=process.key, version=process.version)
    return case


def _routed(form: StepForm, answers: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """The answers that the process declares for routing, as it compares them."""
    values = typed(form, answers)
    found = routing_values(answers, variables)
    # Money and numbers go as Decimal, so that no binary fraction reaches a condition.
    return {name: values[name] if isinstance(values[name], Decimal) else value for name, value in found.items()}
