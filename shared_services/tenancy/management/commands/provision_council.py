"""Give councils of the official register their rooms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from shared_services.tenancy.models import Council, RegisteredCouncil
from shared_services.tenancy.provisioning import (
    create_room,
    load_first_rows,
    next_number,
    provision,
    provision_shared_service,
)


class Command(BaseCommand):
    help = "Creates the shared service's room, then one for each GSS code given. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("gss_codes", nargs="*", metavar="GSS_CODE")
        parser.add_argument("--colour", action="append", default=[], help="one for each council, like #1d4f91")

    def handle(self, *args: Any, **options: Any) -> None:
        provision_shared_service([settings.BASE_HOST])
        colours = dict(zip(options["gss_codes"], options["colour"], strict=False))
        for gss_code in options["gss_codes"]:
            entry = RegisteredCouncil.objects.filter(pk=gss_code).first()
            if entry is None:
                raise CommandError(f"No council of the register has GSS code {gss_code}.")
            known = Council.objects.filter(registered=entry).first()
            if known is not None:
                if known.state == Council.State.ENDED:
                    raise CommandError(f"{known.name} has left; its number is never used again.")
                # It may have been renamed since: what is missing is made, and what is there stays as it is.
                create_room(known.schema_name)
                load_first_rows(known)
                self.stdout.write(f"{known.schema_name}  {known.name}")
                continue
            slug = slugify(entry.short_name)
            council = provision(
                number=next_number(), name=entry.name, short_name=entry.short_name, slug=slug, code=entry.council_code,
                hosts=[f"{slug}.{settings.BASE_HOST}"], registered=entry,
                **({"colour": colours[gss_code]} if gss_code in colours else {}),
            )  # fmt: skip
            self.stdout.write(f"{council.schema_name}  {council.name}")
