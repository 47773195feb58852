"""How a case or a task is shown in a notice, and which processes an officer can mute."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from shared_services.notices.subjects import Subject, describes_cases, lists_processes

from .models import Case, ProcessVersion


@describes_cases
def describe(case_id: UUID, task_id: UUID | None) -> Subject | None:
    case = Case.objects.filter(pk=case_id).only("reference", "title", "process").first()
    if case is None:
        return None
    url = reverse("workflow:task", args=[task_id]) if task_id else reverse("workflow:case", args=[case_id])
    return Subject(case.reference, case.title, case.process, url)


@lists_processes
def processes() -> list[tuple[str, str]]:
    newest = ProcessVersion.objects.for_this_room().order_by("key", "-version").distinct("key")
    return list(newest.values_list("key", "title"))
