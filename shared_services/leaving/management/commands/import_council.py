"""Load a council's exit pack into this install, in which it has no room yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.leaving.pack.loading import load_pack
from shared_services.leaving.pack.manifest import BadPack


class Command(BaseCommand):
    help = "Checks an exit pack, gives its council a room and loads everything, in one transaction."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--manifest", default="", metavar="SHA256", help="the manifest's hash as the export printed it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_pack(options["folder"].absolute(), expected=options["manifest"], say=self._say)
        except BadPack as refusal:
            raise CommandError("\n".join([*refusal.faults, "Nothing was loaded."])) from refusal
        council = loaded.council
        self.stdout.write(f"{council.schema_name}  {council.name}: {loaded.rows:,} rows loaded")
        for table, count in loaded.left_behind.items():
            self.stdout.write(f"{table}: {count:,} rows left behind, which belong to records of other councils")

    def _say(self, line: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(line)
