"""The steps before a load: make a file readable, stage its rows, check each table, add its money up."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from councils.organisation.selectors import council_settings
from shared_services.tenancy.door import current_council

from ..becoming import PLANS, plan_of, special
from ..becoming.statements import BULK, DUPLICATES, NOT_KEPT_BACK, STAGED, Counts, checks, counting
from ..choices import KEPT_BACK, Severity
from ..models import ColumnMapping, ControlTotal, ImportFile, Provenance, RowProblem
from ..reading.readable import NotReadable, make_readable
from ..reading.recognising import missing_fields, recognise
from ..reading.staging import read_stretch
from ..tables import Table, all_tables, table_called

ROWS = "rows"


@cache
def check_reasons() -> frozenset[str]:
    """The reasons of problems that the checks find; all others were found while reading."""
    return frozenset({"twice", *(check.reason for table in PLANS for check in plan_of(table).checks)})


def prepare(file: ImportFile) -> None:
    """Find out how a file is written and what it holds."""
    file.prepared_at = timezone.now()
    try:
        with file.file.open("rb") as stored:
            readable = make_readable(file.name, stored)
    except NotReadable as problem:
        file.trouble = str(problem)[:500]
        file.save()
        return
    if readable.text is not None:
        storage, old = file.file.storage, file.file.name
        file.file.save(file.name, File(readable.text), save=False)
        readable.text.close()
        if old and old != file.file.name:
            storage.delete(old)
    file.encoding = readable.encoding
    notices = [file.notice, readable.notice]
    with file.file.open("rb") as stored:
        found = recognise(stored, name=file.name, encoding=file.encoding, mappings=_mappings())
    file.table, file.confidence, file.delimiter = found.table, found.confidence, found.delimiter
    file.headers, file.fields = [heading[:120] for heading in found.headers], found.fields
    file.body_offset = file.next_offset = found.body_offset
    file.body_line = file.next_line = found.body_line
    file.decimal_mark, file.date_order = found.decimal_mark, found.date_order
    file.notice = " ".join(one for one in [*notices, *found.notices] if one)[:500]
    file.trouble = _trouble(file)[:500]
    file.save()


def _mappings() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for mapping in ColumnMapping.objects.all():
        found.setdefault(mapping.table, {})[mapping.header] = mapping.field
    return found


def _trouble(file: ImportFile) -> str:
    if not file.table:
        known = ", ".join(all_tables())
        return (
            f"{file.name} was not recognised: no row near its start has the headings of a known table. "
            f"Known are {known}. Check that the file has headings."
        )
    table = table_called(file.table)
    missing = missing_fields(table, file.fields)
    if missing:
        return (
            f"This looks like {file.table} ({table.title}), but has no column for {', '.join(missing)}. "
            "Choose the columns, or export the table with them."
        )
    return ""


def stage(file: ImportFile) -> None:
    """Read the next stretch of a file's rows."""
    stretch = read_stretch(file)
    file.row_count += stretch.rows
    file.next_offset, file.next_line = stretch.next_offset, stretch.next_line
    file.last_line = stretch.next_line
    if stretch.is_last:
        file.read_at = timezone.now()
    file.save(update_fields=["row_count", "next_offset", "next_line", "last_line", "read_at"])


def check_table(table: str, files: dict[str, list[ImportFile]]) -> None:
    """Check the rows of one table of a batch; the tables before it have been checked. `files` are the batch's, by table."""
    own = files[table]
    params = parameters(own, files)
    staged = {name: f"files_{name}" for name in files}
    plan = plan_of(table)
    wanted = table_called(table)
    with connection.cursor() as cursor:
        for setting in BULK:
            cursor.execute(setting)
        if not wanted.prefer:
            cursor.execute(DUPLICATES, params)
        if plan.checks:
            cursor.execute(checks(plan, staged), params)
    good = 0
    for file in own:
        _summarise(file, wanted)
        good += file.row_count - file.kept_back_count
    counts = would_become(wanted, params, good)
    first = own[0]
    first.create_count, first.change_count, first.unchanged_count = counts.created, counts.changed, counts.unchanged
    first.save(update_fields=["create_count", "change_count", "unchanged_count"])


def parameters(own: list[ImportFile], files: dict[str, list[ImportFile]]) -> dict[str, Any]:
    """What the statements of a table are asked with."""
    settings = council_settings()
    named: dict[str, Any] = {f"files_{name}": [one.pk for one in theirs] for name, theirs in files.items()}
    return named | {
        "files": [one.pk for one in own],
        "batch": own[0].batch_id,
        "domain": current_council().domain,
        "full_time_hours": settings.full_time_hours,
        "leave_month": settings.leave_year_start_month,
        "leave_day": settings.leave_year_start_day,
    }


def would_become(table: Table, params: dict[str, Any], good: int) -> Counts:
    """What the good rows of a table would do if they were loaded now."""
    if table.key in special.SPECIAL:
        return special.count(table.key, params)
    plan = plan_of(table.key)
    if not table.prefer and not Provenance.objects.filter(source=plan.becomes[0].source).exists():
        # The first load of this table: every row is new.
        return Counts(created=good)
    with connection.cursor() as cursor:
        cursor.execute(counting(plan, plan.becomes[0]), params)
        return Counts(*cursor.fetchone())


def _summarise(file: ImportFile, table: Table) -> None:
    by_severity: dict[str, int] = {}
    rows = RowProblem.objects.filter(file=file).order_by().values("severity").annotate(n=Count("line", distinct=True))
    for row in rows:
        by_severity[row["severity"]] = row["n"]
    file.quarantined_count = by_severity.get(Severity.QUARANTINED, 0)
    file.left_out_count = by_severity.get(Severity.LEFT_OUT, 0)
    file.warning_count = by_severity.get(Severity.WARNING, 0)
    kept_back = RowProblem.objects.filter(file=file, severity__in=KEPT_BACK).aggregate(n=Count("line", distinct=True))
    file.kept_back_count = kept_back["n"]
    file.create_count = file.change_count = file.unchanged_count = 0
    file.checked_at = timezone.now()
    file.save()
    _add_up(file, table)


def _add_up(file: ImportFile, table: Table) -> None:
    """The control totals: rows, and each money column as the legacy system's own list adds it up."""
    columns = [
        (one.name, f"COALESCE(NULLIF(s.cells[{table.place(one.name)}], ''), '0')::numeric")
        for one in table.money_fields
    ]
    kept_back = f"NOT ({NOT_KEPT_BACK})"
    sums = ["count(*)", f"count(*) FILTER (WHERE {kept_back})"]
    for _, value in columns:
        sums += [f"COALESCE(sum({value}), 0)", f"COALESCE(sum({value}) FILTER (WHERE {kept_back}), 0)"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(sums)} FROM {STAGED} s WHERE s.file_id = %s", [file.pk])
        found = cursor.fetchone()
    for number, measure in enumerate([ROWS, *(name for name, _ in columns)]):
        read, kept = Decimal(found[2 * number]), Decimal(found[2 * number + 1])
        ControlTotal.objects.update_or_create(
            file=file, measure=measure, defaults={"read_amount": read, "kept_back_amount": kept}
        )


def reasons_of(file_id: UUID) -> dict[str, int]:
    """Rows kept back, by reason."""
    found = (
        RowProblem.objects.filter(file_id=file_id, severity=Severity.QUARANTINED)
        .order_by()
        .values_list("reason")
        .annotate(Count("line", distinct=True))
    )
    return dict(found.order_by("reason"))
