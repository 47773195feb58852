"""Try everything as the wrong council, and say what was refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.isolation import report


class Command(BaseCommand):
    help = (
        "Tries every table, address, API verb, job, file, cache key and export as the wrong council, in a scratch database"
        " with one marked row in every table. Prints attempts, refusals and leaks; exits with 1 on a leak."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", type=Path, help="also write every attempt to this file")
        parser.add_argument("--prepared", action="store_true", help="the scratch database stands: go on from there")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["prepared"]:
            report.prepare()
            environment = {**os.environ, "GUILDHALL_DATABASE": report.SCRATCH}
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "isolation_report", "--prepared"]
            if options["json"]:
                command += ["--json", str(options["json"].absolute())]
            try:
                code = subprocess.run(command, env=environment, check=False).returncode
            finally:
                report.drop()
            sys.exit(code)
        book = report.run()
        self.stdout.write(f"{'area':<30}{'attempts':>10}{'refused':>10}{'leaks':>8}")
        for area, attempts, refused, leaks in book.by_area():
            self.stdout.write(f"{area:<30}{attempts:>10}{refused:>10}{leaks:>8}")
        for leak in book.leaks:
            self.stdout.write(f"LEAK  {leak.area}: {leak.actor} -> {leak.target}: {leak.outcome}")
        self.stdout.write(
            f"{len(book.attempts)} attempts, {len(book.attempts) - len(book.leaks)} refused, {len(book.leaks)} leaks"
        )
        if options["json"]:
            options["json"].write_text(json.dumps(book.as_data(), indent=1))
        if book.leaks:
            sys.exit(1)
