"""Operations in words: what the pages of both sides show of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_date, parse_datetime

from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.messaging.causes import in_plain_words
from shared_services.messaging.live_steps import ShownSteps

from .choices import STATUS_COLOURS, Kind, Status
from .models import Operation, OperationStep

LABELS = {
    "backup": "Name of the backup", "before": "Backup of the portal as it was before", "taken_at": "Backup taken", "tables": "Tables",
    "rows": "Rows", "shared_rows": "Own rows of the shared tables", "files": "Files", "size_bytes": "Size",
    "removed": "Old backups removed", "seconds": "Seconds", "lines_compared": "Lines of the build compared",
    "files_put_back": "Files put back", "earlier_web_name": "Earlier web name", "leaves_on": "Leaves on",
    "shared_rows_removed": "Shared rows removed", "succeeds": "Earlier GSS code", "gss_code": "GSS code", "name": "Name",
    "short_name": "Short name", "slug": "Web name", "colour": "Colour", "hours": "Hours", "work_name": "Who comes in",
    "work_email": "Work email address", "predecessor_name": "Council whose records are taken over",
    "report": "SHA-256 of what the trial found", "renamed": "Codes that get a prefix", "joined": "Records joined with the successor’s",
    "obstacles": "To be settled first", "archive_sha256": "SHA-256 of the archive", "manifest_sha256": "SHA-256 of its manifest", "sandbox": "Sandbox", "address": "Address",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation as a page shows it."""

    colour: str
    rows: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    work: ShownSteps
    cause: str
    under_way: bool


def show(operation: Operation, *, for_team: bool = False) -> Shown:
    """One operation as its council reads it, or the platform's team."""
    status = Status(operation.status)
    steps = OperationStep.objects.filter(operation=operation) if status != Status.ASKED else []
    return Shown(
        colour=STATUS_COLOURS[status],
        rows=_rows(operation),
        figures=_figures(operation.figures),
        work=ShownSteps.of(steps, for_team=for_team),
        cause=operation.cause if for_team else in_plain_words(operation.cause),
        under_way=status == Status.PROMISED or (status == Status.RUNNING and operation.kind != Kind.ACCESS),
    )


def _rows(operation: Operation) -> list[dict[str, Any]]:
    asked = f"{operation.asked_by_name}, {spoken_instant(operation.asked_at)}"
    rows = [
        {"label": "Council", "value": operation.council.name},
        {"label": "Asked for by", "value": asked},
        {"label": "Reason", "value": operation.reason},
        *_figures(operation.details),
    ]
    if operation.backup is not None:
        rows.append({"label": "Backup taken", "value": spoken_instant(operation.backup.taken_at)})
    if operation.agreed_at is not None:
        verb = "Refused by" if operation.status == Status.REFUSED else "Agreed by"
        rows.append({"label": verb, "value": f"{operation.agreed_by_name}, {spoken_instant(operation.agreed_at)}"})
    if operation.ended_at is not None:
        rows.append({"label": "Ended", "value": spoken_instant(operation.ended_at)})
    return [row for row in rows if row["value"]]


def _figures(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": in_words(name, figures[name])}
        for name, label in LABELS.items()
        if figures.get(name) not in (None, "")
    ]


def in_words(name: str, value: Any) -> str:
    if name == "size_bytes":
        return str(filesizeformat(value))
    if name == "leaves_on" and (day := parse_date(str(value))):
        return spoken_date(day)
    if name.endswith("_at") and (instant := parse_datetime(str(value))):
        return spoken_instant(instant)
    return f"{value:,}" if isinstance(value, int) else str(value)
