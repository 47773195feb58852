"""Give one council of the official register its room."""

from __future__ import annotations

from django.core.management.base import CommandParser

from shared_services.tenancy.management.commands import provision


class Command(provision.Command):
    help = "Creates the room of the council with this GSS code. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("gss_codes", nargs=1, metavar="GSS_CODE")
        parser.add_argument("--colour", action="append", default=[], help="the colour of its pages, like #1d4f91")
