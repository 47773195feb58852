"""Forms of published steps, and answers kept in the council's own room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from shared_services.access.models import OfficerCard
from shared_services.annexes.models import Attachment, FormAnswer
from shared_services.annexes.services import attach
from shared_services.tenancy.errors import NotAllowed

from ..models import Case, ProcessVersion, Task
from . import answers as answering
from .spec import StepForm, read_form

KEPT_VERSIONS = 256
_forms: dict[UUID, dict[str, dict[str, Any]]] = {}


def forms_of(version_id: UUID) -> dict[str, dict[str, Any]]:
    """Step -> JSON Schema of a process version, read once: a version never changes."""
    found = _forms.get(version_id)
    if found is None:
        while len(_forms) >= KEPT_VERSIONS:
            _forms.pop(next(iter(_forms)))
        found = _forms[version_id] = ProcessVersion.objects.values_list("forms", flat=True).get(pk=version_id) or {}
    return found


def schema_for(task: Task) -> dict[str, Any] | None:
    """The JSON Schema of the form that a task asks, if it asks one."""
    return None if task.handled_at_subject else forms_of(task.case.process_version_id).get(task.step)


def form_for(task: Task) -> StepForm | None:
    schema = schema_for(task)
    return read_form(schema) if schema else None


def keep_answers(
    *,
    actor: OfficerCard,
    case: Case,
    step: str,
    title: str,
    answers: dict[str, Any],
    files: dict[str, UploadedFile] | None = None,
    task_id: UUID | None = None,
) -> FormAnswer:
    """Keep checked answers, with their files, in this room. The same task's answers are kept once."""
    if task_id is not None and (known := FormAnswer.objects.filter(task_id=task_id).first()) is not None:
        return known
    kept = FormAnswer(
        case_id=case.pk,
        task_id=task_id,
        step=step,
        title=title[:200],
        answered_by=actor,
        answered_by_name=actor.work_name,
    )
    for name, upload in (files or {}).items():
        if name in answers:
            answers = {**answers, name: str(attach(actor=actor, subject=kept, upload=upload).pk)}
    kept.answers = answers
    kept.save(force_insert=True)
    return kept


def answers_shown(case: Case) -> list[dict[str, Any]]:
    """What was answered on a case in this room, oldest first, in words and with its files."""
    kept = list(FormAnswer.objects.filter(case_id=case.pk).order_by("answered_at"))
    if not kept:
        return []
    forms = forms_of(case.process_version_id)
    files = {one.pk: one for one in Attachment.objects.on_record().filter(subject_id__in=[one.pk for one in kept])}
    shown = []
    for one in kept:
        form = read_form(forms.get(one.step) or {})
        attached = [(label, files[key]) for label, key in answering.files_in(form, one.answers) if key in files]
        shown.append(
            {
                "title": one.title,
                "by": one.answered_by_name,
                "at": one.answered_at,
                "rows": [
                    {
                        "label": label,
                        "text": "" if isinstance(said, list) else said,
                        "lines": said if isinstance(said, list) else [],
                    }
                    for label, said in answering.in_words(form, one.answers)
                ],
                "files": attached,
            }
        )
    return shown


def check_asks_nothing(task: Task) -> None:
    """Refuse an answer without the form that the step asks: a bulk approval, or a program that left it out."""
    if schema_for(task) is not None:
        raise NotAllowed(f"{task.reference} asks you to fill in a form. Open the task to answer it.", code="form")
