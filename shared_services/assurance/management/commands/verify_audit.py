"""Check the audit record of one room or all: every link, every line, and the heads that partners hold."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.assurance.heads import copies_of
from shared_services.assurance.services import verify_room
from shared_services.audit.sealing import LINES_A_JOB, seal
from shared_services.audit.verifying import Break, KnownHead
from shared_services.tenancy.directory import CouncilEntry, every_room
from shared_services.tenancy.door import inside_council


class Command(BaseCommand):
    help = "Checks each room's audit record and says where it is broken first; exits with 1 if one is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--council", metavar="KEY", help="one room only: its key (c0001), web name or code")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for room in _asked_for(options["council"]):
            checked, found = _verify(room)
            self.stdout.write(f"{room.key}  {room.short_name}: {checked} links checked")
            if found is None:
                self.stdout.write(f"{room.key}  no broken link")
                continue
            broken += 1
            self.stdout.write(f"{room.key}  first broken link: {_located(found)}")
            self.stdout.write(f"{room.key}  {found.sentence}")
        if broken:
            sys.exit(1)


def _asked_for(key: str | None) -> list[CouncilEntry]:
    rooms = list(every_room())
    if key is None:
        return rooms
    wanted = [room for room in rooms if key.lower() in (room.key, room.slug, room.code.lower(), str(room.number))]
    if not wanted:
        raise CommandError(f"No room is called {key!r}. There are: {', '.join(room.key for room in rooms)}.")
    return wanted


def _verify(room: CouncilEntry) -> tuple[int, Break | None]:
    copies: list[KnownHead] = []
    for partner in every_room():
        if partner.number != room.number:
            with inside_council(partner):
                copies += copies_of(room.number)
    # In transactions of their own: binding new lines waits for nobody's check.
    more = True
    while more:
        with inside_council(room):
            more = seal(at_most=LINES_A_JOB) == LINES_A_JOB
    with inside_council(room):
        return verify_room(heads_elsewhere=copies)


def _located(found: Break) -> str:
    number = f"{found.seq}" if found.seq is not None else "(none)"
    what = " ".join(part for part in (found.event, found.subject) if part)
    return ", ".join(
        part
        for part in (number, f"sealed {found.at}" if found.at else "", f"line {found.line}" if found.line else "", what)
        if part
    )
