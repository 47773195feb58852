"""The problems of a batch as a list's columns and as a file, for the page and for programs."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.govuk.columns import Column
from shared_services.govuk.exports import csv_response

from .choices import SEVERITY_COLOURS
from .filters import reason_in_words
from .models import ImportBatch

PROBLEMS_EXPORTED = "migration.problems.exported"
PROBLEM_COLUMNS = [
    Column("file.name", "File", sort="file__name"),
    Column("line", "Row", kind="number", sort="line"),
    Column("message", "Problem"),
    Column("value", "Value", sort="value"),
    Column("column", "Column", sort="column", shown=False),
    Column("reason", "Reason", value=lambda row: reason_in_words(row.reason), sort="reason", shown=False),
    Column("severity", "Effect", kind="tag", tags=SEVERITY_COLOURS, sort="severity"),
]


def problems_as_csv(*, actor: OfficerCard, batch: ImportBatch, problems: Any) -> StreamingHttpResponse:
    """Every problem that was asked for, streamed. Written in the audit record, as the page's download is."""
    record(
        actor, PROBLEMS_EXPORTED, batch,
        rows=problems.count(), columns=[column.key for column in PROBLEM_COLUMNS], by="api",
    )  # fmt: skip
    return csv_response(problems.select_related("file"), PROBLEM_COLUMNS, "problems")
