"""What can happen to a batch: files come in, columns and codes are matched, it is loaded, undone or discarded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.govuk.words import counted
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.references import next_reference

from .. import rules
from ..choices import BatchStatus
from ..models import ColumnMapping, Crosswalk, ImportBatch, ImportFile, Provenance, RowChange, RowProblem, StagedRow
from ..reading.recognising import missing_fields, normal
from ..selectors import tables_reading
from ..tables import table_called
from ..uploads import how_to_split, largest, largest_in_words
from .checking import check_reasons

CHUNK = 1 << 20


@transaction.atomic
def receive_files(
    *, actor: OfficerCard | None, uploads: Sequence[File], note: str = "", run: bool = True
) -> ImportBatch:
    """Take in files and begin to check them. The same file twice, an empty or a huge one is refused by name.

    `run=False` leaves the work to the caller: the shell does it at once.
    """
    rules.check_may_load_something(actor)
    batch = ImportBatch.objects.create(
        reference=next_reference("IMP", localdate().year), note=note, created_by=actor, status=BatchStatus.CHECKING
    )
    seen: dict[str, str] = {}
    for upload in uploads:
        name = _plain_name(upload.name or "file")
        digest = _digest(name, upload)
        if digest in seen:
            raise NotAllowed(f"{name} and {seen[digest]} are the same file. Leave one of them out.")
        seen[digest] = name
        file = ImportFile(batch=batch, name=name, size=upload.size, sha256=digest, notice=_loaded_before(digest))
        file.file.save(name, upload, save=False)
        file.save(force_insert=True)
    record(actor, "migration.batch.received", batch, files=list(seen.values()), sha256=list(seen))
    if run:
        enqueue("migration.advance_batch", batch_id=batch.pk)
    return batch


def _digest(name: str, upload: File) -> str:
    if not upload.size:
        raise NotAllowed(f"{name} is empty. Export it again and check that it has rows.")
    if upload.size > largest():
        raise NotAllowed(f"{name} is larger than {largest_in_words()}. {how_to_split()}")
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks(CHUNK):
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _loaded_before(digest: str) -> str:
    before = (
        ImportFile.objects.filter(sha256=digest, batch__status=BatchStatus.LOADED)
        .order_by("-batch__loaded_at")
        .values_list("batch__reference", flat=True)
        .first()
    )
    return f"This very file was loaded in {before}. Loading it again changes nothing." if before else ""


def _plain_name(name: str) -> str:
    plain = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable()).strip() or "file"
    return plain[-200:]


@transaction.atomic
def map_columns(
    *,
    actor: OfficerCard,
    file: ImportFile,
    table: str,
    fields: Sequence[str],
    decimal_mark: str,
    date_order: str,
    version: int | None = None,
) -> ImportFile:
    """Say what a file and its columns are; it is read again. The mapping is kept for the council's later files."""
    batch = locked(file.batch_id)
    rules.check_open(batch)
    rules.check_version(batch, version)
    wanted = table_called(table)
    rules.check_may_load(actor, wanted)
    check_nothing_loaded(batch)
    chosen = [one for one in fields if one]
    if len(fields) != len(file.headers):
        raise NotAllowed(f"{file.name} has {counted(len(file.headers), 'column')}. Say of each what it is, in order.")
    unknown = sorted(set(chosen) - {one.name for one in wanted.fields})
    if unknown:
        raise NotAllowed(f"{wanted.title} has no column {unknown[0]}.")
    twice = sorted({one for one in chosen if chosen.count(one) > 1})
    if twice:
        raise NotAllowed(f"{wanted.field_called(twice[0]).label} is chosen for two columns. Choose it for one.")
    missing = missing_fields(wanted, chosen)
    if missing:
        raise NotAllowed(f"{wanted.title} needs a column for: {', '.join(missing)}.")

    file = ImportFile.objects.get(pk=file.pk)
    file.table, file.fields, file.confidence = table, list(fields), 100
    file.decimal_mark, file.date_order, file.trouble = decimal_mark, date_order, ""
    file.save()
    for heading, one in zip(file.headers, fields, strict=True):
        if heading:
            ColumnMapping.objects.update_or_create(table=table, header=normal(heading)[:120], defaults={"field": one})
    read_again(file)
    begin_check(batch)
    record(actor, "migration.columns.mapped", batch, file=file.name, table=table)
    return file


@transaction.atomic
def match_codes(*, actor: OfficerCard, kind: str, codes: Mapping[str, str]) -> int:
    """Say what legacy codes are called here; an empty answer takes a match back. Gives how many changed.

    Whoever signed for a batch that is still to be loaded signed for what the codes were called then, so the signature
    falls away. Raises NotAllowed while a batch that reads these codes is being loaded.
    """
    rules.check_may_load_something(actor)
    reading = _batches_reading(kind)
    known = {one.legacy_value: one for one in Crosswalk.objects.select_for_update().filter(kind=kind)}
    changes: dict[str, tuple[str, str]] = {}
    for code, value in codes.items():
        before = known[code].value if code in known else ""
        if before == value:
            continue
        changes[code] = (before, value)
        if not value:
            known[code].delete()
        else:
            Crosswalk.objects.update_or_create(kind=kind, legacy_value=code, defaults={"value": value})
    if changes:
        for batch in reading:
            rules.check_quiet(batch)
            if batch.signed_by_id is not None:
                batch.signed_by, batch.signed_at = None, None
                save(batch, "signed_by", "signed_at")
                record(actor, "migration.totals.signature_void", batch, codes=kind)
        record(actor, "migration.codes.matched", ("migration.crosswalk", kind), kind=kind, changes=changes)
    return len(changes)


def _batches_reading(kind: str) -> list[ImportBatch]:
    """The batches still to be loaded that read codes of a kind, locked: nobody signs or loads one meanwhile."""
    files = ImportFile.objects.filter(table__in=tables_reading(kind))
    waiting = ImportBatch.objects.filter(
        status__in=(BatchStatus.CHECKED, BatchStatus.LOADING), pk__in=files.values("batch")
    )
    return list(waiting.order_by("pk").select_for_update(of=("self",)))


@transaction.atomic
def check_again(*, actor: OfficerCard | None, batch: ImportBatch) -> ImportBatch:
    """Check a batch anew, after codes were matched or records were added by hand."""
    rules.check_may_load_something(actor)
    batch = locked(batch.pk)
    rules.check_open(batch)
    begin_check(batch)
    record(actor, "migration.batch.checked_again", batch)
    return batch


@transaction.atomic
def start_loading(
    *, actor: OfficerCard | None, batch: ImportBatch, run: bool = True, checked_just_now: bool = False
) -> ImportBatch:
    """Begin to load a checked batch whose totals are signed off. Asking twice loads once.

    It is checked anew first, since the council's own records may have changed meanwhile.
    """
    batch = locked(batch.pk)
    if batch.status in (BatchStatus.LOADING, BatchStatus.LOADED):
        return batch
    rules.check_open(batch)
    rules.check_signed(actor, batch)
    loadable = [one for one in batch.files.all() if one.table and not one.trouble]
    if not loadable:
        raise NotAllowed("None of the files can be loaded. Look at what is said of each, put it right and start again.")
    for file in loadable:
        rules.check_may_load(actor, table_called(file.table))
    if not checked_just_now:
        forget_checks(batch)
    batch.status, batch.loaded_by, batch.fault = BatchStatus.LOADING, actor, ""
    save(batch, "status", "loaded_by", "fault")
    record(actor, "migration.batch.load_started", batch)
    if run:
        enqueue("migration.advance_batch", batch_id=batch.pk)
    return batch


@transaction.atomic
def start_undoing(*, actor: OfficerCard | None, batch: ImportBatch, run: bool = True) -> ImportBatch:
    """Begin to take a loaded batch back. Refused while a later batch has changed the same records."""
    if actor is not None:
        check_may(actor, "migration.undo")
    batch = locked(batch.pk)
    if batch.status in (BatchStatus.UNDOING, BatchStatus.UNDONE):
        return batch
    rules.check_quiet(batch)
    half_loaded = batch.status == BatchStatus.CHECKED and batch.fault
    if batch.status != BatchStatus.LOADED and not half_loaded:
        raise NotAllowed(f"{batch.reference} is {batch.get_status_display().lower()}: there is nothing to undo.")
    for file in batch.files.all():
        if file.table:
            rules.check_may_load(actor, table_called(file.table))
    later = later_batches(batch.pk)
    if later:
        raise NotAllowed(
            f"{', '.join(later)} changed the same records afterwards. Undo the latest of them first, then this one."
        )
    batch.status, batch.undone_by = BatchStatus.UNDOING, actor
    save(batch, "status", "undone_by")
    record(actor, "migration.batch.undo_started", batch)
    if run:
        enqueue("migration.advance_batch", batch_id=batch.pk)
    return batch


@transaction.atomic
def discard(*, actor: OfficerCard | None, batch: ImportBatch) -> ImportBatch:
    """Throw away a batch that was not loaded: its files and rows go, its line stays."""
    rules.check_may_load_something(actor)
    batch = locked(batch.pk)
    if batch.status == BatchStatus.DISCARDED:
        return batch
    rules.check_open(batch)
    check_nothing_loaded(batch)
    forget_rows(batch)
    RowProblem.objects.filter(batch=batch)._raw_delete("default")
    batch.status = BatchStatus.DISCARDED
    save(batch, "status")
    record(actor, "migration.batch.discarded", batch)
    return batch


# -- Steps of the services, and of the work in the background -------------------------------------
def locked(batch_id: UUID) -> ImportBatch:
    """The batch, held until the transaction ends: its page and its jobs take turns."""
    return ImportBatch.objects.select_for_update().get(pk=batch_id)


def check_nothing_loaded(batch: ImportBatch) -> None:
    """A batch that stopped half way is loaded to its end or undone; its rows are not read in another way in between."""
    if Provenance.objects.filter(batch_id=batch.pk).exists():
        raise NotAllowed("A part of this batch was loaded before it stopped. Load it to the end, or undo it.")


def save(batch: ImportBatch, *fields: str) -> None:
    batch.version += 1
    batch.save(update_fields=[*fields, "version"])


def begin_check(batch: ImportBatch, *, run: bool = True) -> None:
    """Check from the start; who signed before signs again."""
    forget_checks(batch)
    batch.status, batch.fault = BatchStatus.CHECKING, ""
    batch.signed_by, batch.signed_at = None, None
    save(batch, "status", "fault", "signed_by", "signed_at")
    if run:
        enqueue("migration.advance_batch", batch_id=batch.pk)


def forget_checks(batch: ImportBatch) -> None:
    """Take the checks' findings back and keep the reading's."""
    RowProblem.objects.filter(batch=batch, reason__in=check_reasons())._raw_delete("default")
    batch.files.update(checked_at=None)


def read_again(file: ImportFile) -> None:
    StagedRow.objects.filter(file_id=file.pk)._raw_delete("default")
    RowProblem.objects.filter(file=file)._raw_delete("default")
    file.totals.all().delete()
    ImportFile.objects.filter(pk=file.pk).update(
        next_offset=F("body_offset"), next_line=F("body_line"), read_at=None, checked_at=None, row_count=0, last_line=0,
        loaded_line=0,
    )  # fmt: skip


def forget_rows(batch: ImportBatch) -> None:
    """The files and their rows are no longer needed: personal data rests nowhere twice."""
    for file in batch.files.all():
        StagedRow.objects.filter(file_id=file.pk)._raw_delete("default")
        if file.file:
            transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
            ImportFile.objects.filter(pk=file.pk).update(file="")


@transaction.atomic
def forget_rows_of(batch_id: UUID) -> None:
    """After a load: the rows are records now, and the file is with those who sent it."""
    batch = locked(batch_id)
    if batch.status not in (BatchStatus.CHECKING, BatchStatus.CHECKED, BatchStatus.LOADING):
        forget_rows(batch)


def later_batches(batch_id: UUID) -> list[str]:
    """References of batches that changed what this one made or changed."""
    changed = RowChange.objects.filter(batch_before_id=batch_id).exclude(batch_id=batch_id)
    ids: Iterable[UUID] = set(changed.values_list("batch_id", flat=True).distinct()) | set(
        Provenance.objects.filter(Q(batch_id=batch_id) & ~Q(last_batch_id=batch_id))
        .values_list("last_batch_id", flat=True)
        .distinct()
    )
    return list(ImportBatch.objects.filter(pk__in=ids).order_by("-loaded_at").values_list("reference", flat=True))


def finish(batch: ImportBatch, status: BatchStatus) -> None:
    now = timezone.now()
    batch.status = status
    if status == BatchStatus.LOADED:
        batch.loaded_at = now
        save(batch, "status", "loaded_at")
    elif status == BatchStatus.UNDONE:
        batch.undone_at = now
        save(batch, "status", "undone_at", "kept_reasons")
    else:
        save(batch, "status", "personal")
