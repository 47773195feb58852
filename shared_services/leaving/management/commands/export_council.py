"""Write the exit pack of one council to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.leaving.pack.manifest import BadPack, chain_head
from shared_services.leaving.pack.writing import open_snapshot, write_pack
from shared_services.tenancy.directory import CouncilEntry, all_councils
from shared_services.tenancy.door import inside_council


class Command(BaseCommand):
    help = "Writes everything of a council as open files, with a manifest of hashes. Prints the manifest's SHA-256."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("council", metavar="KEY", help="its key (c0001), web name, code or number")
        parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that does not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        council = _asked_for(options["council"])
        try:
            with inside_council(council):
                open_snapshot()
                written = write_pack(options["folder"].absolute(), on_progress=self._say)
        except BadPack as refusal:
            raise CommandError(str(refusal)) from refusal
        manifest = written.manifest
        missing = manifest.documents["missing"]
        if missing:
            self.stderr.write(f"{missing:,} files that rows speak of are not in the store; documents.jsonl names them.")
        self.stdout.write(
            f"{council.key}  {council.short_name}: {manifest.rows:,} rows, {len(manifest.files):,} files,"
            f" {manifest.documents['count']:,} documents"
        )
        links, last = chain_head(written.folder)
        self.stdout.write(f"manifest SHA-256  {written.sha256}")
        self.stdout.write(f"audit chain       {links:,} links, the last {last}")

    def _say(self, done: int, total: int, rows: int, part: str) -> None:
        if part and self.stderr.isatty():
            self.stderr.write(f"{done} of {total}  {rows:,} rows  {part}")


def _asked_for(key: str) -> CouncilEntry:
    rooms = all_councils()
    for room in rooms:
        if key.lower() in (room.key, room.slug, room.code.lower(), str(room.number)):
            return room
    raise CommandError(f"No council is called {key!r}. There are: {', '.join(room.key for room in rooms)}.")
