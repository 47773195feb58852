"""Load extracts of the legacy ERP into one council, or take a load back: the page's own services from the shell."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from councils.migration.models import ControlTotal, ImportBatch, ImportFile
from councils.migration.services import discard, receive_files, run_to_the_end, start_loading, start_undoing
from councils.migration.services.checking import reasons_of
from shared_services.tenancy.directory import CouncilEntry, all_councils
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed


class Command(BaseCommand):
    help = "Reads, checks and loads extracts; prints one JSON object a file. Exits with 1 if nothing can be loaded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--council", required=True, metavar="KEY", help="its key (c0001), web name or code")
        parser.add_argument("--dry-run", action="store_true", help="check only; nothing stays behind")
        parser.add_argument("--undo", metavar="BATCH", help="take back the batch with this reference")
        parser.add_argument("files", nargs="*", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        council = _council(options["council"])
        try:
            if options["undo"]:
                self._undo(council, options["undo"])
            else:
                self._load(council, options["files"], dry_run=options["dry_run"])
        except NotAllowed as refusal:
            raise CommandError(refusal.message) from refusal

    def _load(self, council: CouncilEntry, names: list[str], *, dry_run: bool) -> None:
        paths = [Path(name) for name in names]
        missing = [str(path) for path in paths if not path.is_file()]
        if missing or not paths:
            raise CommandError(f"There is no file {', '.join(missing)}." if missing else "Name at least one file.")
        opened = [path.open("rb") for path in paths]
        try:
            with inside_council(council):
                uploads = [File(stream, name=path.name) for stream, path in zip(opened, paths, strict=True)]
                batch_id = receive_files(actor=None, uploads=uploads, run=False).pk
        finally:
            for stream in opened:
                stream.close()
        run_to_the_end(council, batch_id)
        with inside_council(council):
            batch = ImportBatch.objects.get(pk=batch_id)
            loadable = any(file.table and not file.trouble for file in batch.files.all())
        if loadable and not dry_run:
            with inside_council(council):
                start_loading(actor=None, batch=batch, run=False, checked_just_now=True)
            run_to_the_end(council, batch_id)
        with inside_council(council):
            batch = ImportBatch.objects.get(pk=batch_id)
            for file in batch.files.all():
                self.stdout.write(json.dumps(_report(batch, file, dry_run=dry_run)))
            useful = any(file.row_count > file.kept_back_count for file in batch.files.all())
            if dry_run or not loadable:
                discard(actor=None, batch=batch)
        if not useful:
            sys.exit(1)

    def _undo(self, council: CouncilEntry, reference: str) -> None:
        with inside_council(council):
            batch = ImportBatch.objects.filter(reference=reference).first()
            if batch is None:
                raise CommandError(f"There is no batch {reference} in {council.name}.")
            start_undoing(actor=None, batch=batch, run=False)
        run_to_the_end(council, batch.pk)
        with inside_council(council):
            batch = ImportBatch.objects.get(pk=batch.pk)
            self.stdout.write(
                json.dumps({"batch": batch.reference, "status": str(batch.status), "kept": batch.kept_reasons})
            )


def _council(key: str) -> CouncilEntry:
    for room in all_councils():
        if key.lower() in (room.key, room.slug, room.code.lower(), str(room.number)):
            return room
    raise CommandError(f"No council is called {key!r}.")


def _report(batch: ImportBatch, file: ImportFile, *, dry_run: bool) -> dict[str, Any]:
    done: dict[str, Any] = {
        "batch": batch.reference, "file": file.name, "table": file.table or None, "confidence": file.confidence,
        "rows": file.row_count,
    }  # fmt: skip
    if dry_run:
        done |= {
            "would_create": file.create_count,
            "would_change": file.change_count,
            "unchanged": file.unchanged_count,
        }
    else:
        done |= {"created": file.created_count, "changed": file.changed_count, "unchanged": file.left_unchanged_count}
    reasons = reasons_of(file.pk)
    done |= {
        "quarantined": {"rows": file.quarantined_count, "reasons": reasons},
        "left_out": file.left_out_count,
        "warnings": file.warning_count,
        "control_totals": {
            total.measure: {"read": f"{total.read_amount:.2f}", "kept_back": f"{total.kept_back_amount:.2f}"}
            for total in ControlTotal.objects.filter(file=file).exclude(measure="rows")
        },
    }
    if file.notice:
        done["notice"] = file.notice
    if file.trouble:
        done["trouble"] = file.trouble
    return done
