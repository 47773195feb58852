"""What a closed case leaves behind in its room: nobody is asked about it any more."""

from __future__ import annotations

from django.utils import timezone

from shared_services.tenancy.door import current_council
from shared_services.webhooks.choices import EventType

from .choices import TaskKind, TaskStatus
from .happenings import happened
from .models import Case, Task, TaskCandidate


def drop_questions(case: Case) -> None:
    """A case that is closed asks nothing more. Called with the case locked; can run twice."""
    if case.is_open:
        return
    here = current_council().number
    tasks = Task.objects.filter(owner_id=here, case=case, kind=TaskKind.ANSWER).unfinished()
    left = list(tasks.values_list("pk", flat=True))
    if left:
        tasks.update(status=TaskStatus.CANCELLED, done_at=timezone.now())
        TaskCandidate.objects.drop(owners=[here], tasks=left)
        for task in Task.objects.filter(owner_id=here, pk__in=left).only("owner_id"):
            happened(EventType.TASK_CANCELLED, case, task)
