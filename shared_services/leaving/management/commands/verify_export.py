"""Check an exit pack: every file, hash and count, and the audit chain. Needs no database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shared_services.leaving.pack.checking import check_pack
from shared_services.leaving.pack.manifest import BadPack, chain_head
from shared_services.leaving.pack.unpacking import pack_folder


class Command(BaseCommand):
    help = "Checks an exit pack and says what is wrong with it; exits with 1 if anything is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="the pack’s folder, or its ZIP file as downloaded")
        parser.add_argument(
            "--manifest", default="", metavar="SHA256", help="the manifest's hash as the export printed it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with pack_folder(options["folder"]) as folder:
                checked = check_pack(folder, expected=options["manifest"])
                links, last = chain_head(folder)
        except BadPack as refusal:
            for fault in refusal.faults:
                self.stdout.write(fault)
            sys.exit(1)
        manifest = checked.manifest
        self.stdout.write(
            f"{manifest.council['name']}: {manifest.rows:,} rows, {len(manifest.files):,} files,"
            f" {manifest.documents['count']:,} documents; all as written"
        )
        self.stdout.write(f"manifest SHA-256  {checked.sha256}")
        self.stdout.write(f"audit chain       {links:,} links, the last {last}")
