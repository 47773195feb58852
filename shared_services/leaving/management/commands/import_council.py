"""Load a council's exit pack into this install, in which it has no room yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.leaving.pack.loading import load_pack
from shared_services.leaving.pack.manifest import BadPack
from shared_services.leaving.pack.unpacking import pack_folder


class Command(BaseCommand):
    help = (
        "Checks every file and hash of an exit pack, gives its council a room and loads everything, in one transaction."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="the pack’s folder, or its ZIP file as downloaded")
        parser.add_argument(
            "--manifest", default="", metavar="SHA256", help="the manifest's hash as the export printed it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with pack_folder(options["folder"].absolute()) as folder:
                loaded = load_pack(folder, expected=options["manifest"], say=self._say)
        except BadPack as refusal:
            raise CommandError("\n".join([*refusal.faults, "Nothing was loaded."])) from refusal
        council = loaded.council
        self.stdout.write(f"{council.schema_name}  {council.name}: {loaded.rows:,} rows loaded")
        for table, count in loaded.left_behind.items():
            self.stdout.write(f"{table}: {count:,} rows left behind, which belong to records of other councils")
        links, last = loaded.chain
        self.stdout.write(f"manifest SHA-256  {loaded.sha256}")
        self.stdout.write(f"audit chain       {links:,} links, the last {last}")
        if not options["manifest"]:
            self.stdout.write(
                "Compare both with what the export said: a pack that was changed can have a new manifest."
            )

    def _say(self, line: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(line)
