"""The processes of a council's exit pack as the standards' own files: BPMN 2.0, DMN 1.3 and JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import IO

from django.db.models import F
from django.utils import timezone

from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import CaseStatus, TaskStatus
from .models import Case, CaseTimer, ProcessVersion, Task, TaskCandidate
from .querysets import OPEN_CASES

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def written_files() -> Iterator[tuple[str, str, list[bytes]]]:
    """Each version that the room may see, its own and the joint ones: drawing, decision tables and forms."""
    here = current_council().number
    for version in ProcessVersion.objects.order_by("owner_id", "key", "version").iterator(chunk_size=50):
        whose = "own" if version.owner_id == here else "joint"
        stem = f"processes/{whose}/{NOT_IN_A_NAME.sub('-', version.key)}-v{version.version}"
        yield f"{stem}.bpmn", f"{version} (BPMN 2.0)", [version.bpmn.encode()]
        for number, table in enumerate(version.dmn, start=1):
            yield f"{stem}-{number}.dmn", f"{version}, decision table {number} (DMN)", [table.encode()]
        if version.forms:
            forms = json.dumps(version.forms, indent=1, ensure_ascii=False) + "\n"
            yield f"{stem}-forms.json", f"{version}, forms of its steps (JSON Schema)", [forms.encode()]


def after_load(_opened: Callable[[str], IO[bytes]]) -> None:
    """End the joint cases that were open: the shared service that would move them on is not here. Their history stays."""
    here, now = current_council().number, timezone.now()
    joint = Case.objects.filter(owner_id=SHARED_SERVICE_NUMBER, parts__contains=[here], status__in=OPEN_CASES)
    for case in joint.order_by("reference"):
        tasks = list(Task.objects.filter(case=case).unfinished().values_list("pk", flat=True))
        Task.objects.filter(pk__in=tasks).update(status=TaskStatus.CANCELLED, done_at=now)
        TaskCandidate.objects.drop(owners=[SHARED_SERVICE_NUMBER, here], tasks=tasks)
        CaseTimer.objects.filter(case=case).delete()
        record(None, "workflow.case.ended_by_leaving", case, status=case.status)
        Case.objects.filter(pk=case.pk).update(
            status=CaseStatus.WITHDRAWN, outcome="ended_by_leaving", step="", fault="", home_due=False, closed_at=now,
            version=F("version") + 1,
        )  # fmt: skip
