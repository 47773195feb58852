"""A batch's work, one step at a time: each step is a transaction of its own, and the next begins where it ended.

A worker that is killed has done its steps so far and nothing of the one it was at, so whoever goes on neither
leaves a row out nor loads one twice.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.directory import CouncilEntry
from shared_services.tenancy.door import inside_council

from ..becoming import plan_of, special
from ..becoming.shapes import Becomes
from ..becoming.statements import BULK, Counts, loading
from ..becoming.undoing import undo
from ..choices import BatchStatus
from ..models import ImportBatch, ImportFile
from ..reading.staging import ROWS_A_STRETCH, key_of
from ..tables import LOAD_ORDER, table_called
from .batches import finish, forget_rows, locked
from .checking import check_table, parameters, prepare, stage


@transaction.atomic
def advance(batch_id: UUID) -> bool:
    """Do the next step of a batch; False when there is nothing left to do. Safe to run twice."""
    batch = locked(batch_id)
    if batch.status == BatchStatus.CHECKING:
        return _check_next(batch) or _end_check(batch)
    if batch.status == BatchStatus.LOADING:
        return _check_next(batch) or _load_next(batch) or _end_load(batch)
    if batch.status == BatchStatus.UNDOING:
        return _undo(batch)
    return False


def files_by_table(batch: ImportBatch) -> dict[str, list[ImportFile]]:
    """The files that can be loaded, by table, in the order of loading."""
    found: dict[str, list[ImportFile]] = {}
    files = sorted(batch.files.all(), key=lambda one: (one.name, one.pk))
    for table in LOAD_ORDER:
        own = [one for one in files if one.table == table and not one.trouble]
        if own:
            found[table] = own
    return found


def _check_next(batch: ImportBatch) -> bool:
    for file in batch.files.filter(prepared_at=None):
        prepare(file)
        return True
    files = files_by_table(batch)
    for own in files.values():
        for file in own:
            if file.read_at is None:
                stage(file)
                return True
    for table, own in files.items():
        if any(file.checked_at is None for file in own):
            check_table(table, files)
            return True
    return False


def _end_check(batch: ImportBatch) -> bool:
    tables = [table_called(table) for table in files_by_table(batch)]
    batch.personal = any(table.personal for table in tables)
    finish(batch, BatchStatus.CHECKED)
    record(
        batch.created_by, "migration.batch.checked", batch,
        rows=sum(file.row_count for file in batch.files.all()),
        quarantined=sum(file.quarantined_count for file in batch.files.all()),
    )  # fmt: skip
    return False


def _load_next(batch: ImportBatch) -> bool:
    """The next stretch of rows, or all of a table whose records have several rows each."""
    files = files_by_table(batch)
    for table, own in files.items():
        waiting = [file for file in own if file.loaded_at is None]
        if not waiting:
            continue
        params = parameters(own, files)
        with connection.cursor() as cursor:
            for setting in BULK:
                cursor.execute(setting)
        if table in special.SPECIAL:
            _keep(own, special.load(table, params, batch.loaded_by))
        elif table_called(table).prefer:
            _keep(own, _load(table, params, sliced=False))
        else:
            _load_stretch(table, waiting[0], params, is_last_file=len(waiting) == 1)
        return True
    return False


def _load_stretch(table: str, file: ImportFile, params: dict[str, Any], *, is_last_file: bool) -> None:
    first = file.loaded_line + 1
    last = first + ROWS_A_STRETCH - 1
    is_end = last >= file.last_line
    within = {"files": [file.pk], "first": key_of(file.pk, first), "last": key_of(file.pk, last)}
    counts = _load(table, params | within, sliced=True)
    if is_end and is_last_file:
        for becomes in plan_of(table).becomes:
            if becomes.at_the_end:
                _execute(becomes, loading(plan_of(table), becomes, sliced=False), params)
    file.loaded_line = last
    file.created_count += counts.created
    file.changed_count += counts.changed
    file.left_unchanged_count += counts.unchanged
    file.loaded_at = timezone.now() if is_end else None
    file.save()


def _load(table: str, params: dict[str, Any], *, sliced: bool) -> Counts:
    """Every kind of record that a row becomes; the first one's figures are the table's."""
    plan = plan_of(table)
    counts = [
        _execute(becomes, loading(plan, becomes, sliced=sliced), params)
        for becomes in plan.becomes
        if not becomes.at_the_end
    ]
    return counts[0]


def _execute(becomes: Becomes, statement: str, params: dict[str, Any]) -> Counts:
    if "%(password)s" in statement:
        # Nobody knows it: an officer who comes in this way chooses a password through "forgotten password".
        params = params | {"password": make_password(get_random_string(64))}
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        row = cursor.fetchone()
        if becomes.after_insert and row[3]:
            cursor.execute(becomes.after_insert, {"ids": row[3]})
    return Counts(*row[:3])


def _keep(files: list[ImportFile], counts: Counts) -> None:
    for number, file in enumerate(files):
        if number == 0:
            file.created_count, file.changed_count = counts.created, counts.changed
            file.left_unchanged_count = counts.unchanged
        file.loaded_line, file.loaded_at = file.last_line, timezone.now()
        file.save()


def _end_load(batch: ImportBatch) -> bool:
    finish(batch, BatchStatus.LOADED)
    enqueue("migration.forget_rows", batch_id=batch.pk)
    files = list(batch.files.all())
    record(
        batch.loaded_by, "migration.batch.loaded", batch,
        created=sum(file.created_count for file in files), changed=sum(file.changed_count for file in files),
        unchanged=sum(file.left_unchanged_count for file in files),
        quarantined=sum(file.quarantined_count for file in files),
    )  # fmt: skip
    return False


def _undo(batch: ImportBatch) -> bool:
    """The whole way back in one transaction: half an undo would be neither one state nor the other."""
    kept: Counter[str] = Counter()
    tables = [table for table in LOAD_ORDER if batch.files.filter(table=table).exists()]
    with connection.cursor() as cursor:
        for setting in BULK:
            cursor.execute(setting)
    for table in reversed(tables):
        if table in special.SPECIAL:
            kept += special.undo(table, batch.pk)
            continue
        for becomes in reversed(plan_of(table).becomes):
            kept += undo(becomes, batch.pk)
    batch.kept_reasons = dict(kept)
    forget_rows(batch)
    finish(batch, BatchStatus.UNDONE)
    record(batch.undone_by, "migration.batch.undone", batch, kept=dict(kept))
    return False


@transaction.atomic
def stop(batch_id: UUID, cause: str) -> None:
    """The work failed for good: say so on the batch's page. What was loaded stays and is known again."""
    batch = locked(batch_id)
    back = {BatchStatus.UNDOING: BatchStatus.LOADED}.get(BatchStatus(batch.status), BatchStatus.CHECKED)
    batch.status, batch.fault = back, cause[:300]
    batch.version += 1
    batch.save(update_fields=["status", "fault", "version"])
    record(None, "migration.batch.stopped", batch, cause=cause[:300])


def run_to_the_end(council: CouncilEntry, batch_id: UUID) -> None:
    """Every step, here and now, each in a transaction of its own: for the shell."""
    more = True
    while more:
        with inside_council(council):
            more = advance(batch_id)
