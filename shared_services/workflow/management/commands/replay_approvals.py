"""Ask past approvals again under the lines of their day: do they lead to the same approvers?"""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.workflow import replay


class Command(BaseCommand):
    help = (
        "Puts every recorded approval's question again to the authority matrix of its day, council by council, as JSON"
        " lines: one for each approval that differs, one with the counts. Exits with 1 if any differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--council", help="one council's number, code or address word; all of them without it")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="the first day, like 2026-04-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="the last day")

    def handle(self, *args: Any, **options: Any) -> None:
        rooms = [room for room in directory.all_councils() if _is(room, options["council"])]
        if not rooms:
            raise CommandError(f"There is no council “{options['council']}”.")
        differs = False
        for room in rooms:
            with inside_council(room):
                found = replay.summarise(options["first"], options["last"], shown=1_000_000)
                for one in found.differing:
                    self._say(
                        council=room.code, case=one.decision.case.reference, decision=str(one.decision.pk),
                        at=one.decision.at.isoformat(), differences=one.differences,
                    )  # fmt: skip
                self._say(
                    council=room.code, asked=found.asked, same=found.same, not_by_the_matrix=found.unrecorded,
                    different=len(found.differing),
                )  # fmt: skip
                differs = differs or bool(found.differing)
        if differs:
            sys.exit(1)

    def _say(self, **facts: Any) -> None:
        self.stdout.write(json.dumps(facts, ensure_ascii=False))


def _is(room: Any, asked: str | None) -> bool:
    return not asked or asked.lower() in (str(room.number), room.code.lower(), room.slug)
