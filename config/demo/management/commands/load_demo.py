"""Fill the demo's councils with officers and a year of their work."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.demo.filling import fill_in_council
from config.demo.joint import buy_together
from config.demo.officers import SEED
from config.demo.plans import REQUISITIONS, plan_year
from config.demo.told import tell_the_latest
from config.demo.year import Year, history_starts
from shared_services.access.models import OfficerCard
from shared_services.tenancy import clock
from shared_services.tenancy.directory import CouncilEntry, all_councils, council_by_slug
from shared_services.tenancy.door import inside_council


class Command(BaseCommand):
    help = "Fills Liverpool, Salford and the shared service with a year of invented work. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", metavar="SLUG", help="fill one council and leave the shared service alone")
        parser.add_argument("--in-turn", action="store_true", help="one council after the other, in this process")
        parser.add_argument("--requisitions", type=int, default=REQUISITIONS, help="how many in each council")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["only"]:
            council = council_by_slug(options["only"])
            if council is None:
                raise CommandError(f"No council is called {options['only']}. Provision it first.")
            self._fill(council, options["requisitions"])
            return
        councils = all_councils()
        if options["in_turn"]:
            for council in councils:
                self._fill(council, options["requisitions"])
        else:
            self._fill_side_by_side(councils, options["requisitions"])
        began = time.monotonic()
        buy_together(now=timezone.now())
        self.stdout.write(f"shared service  joint purchases and figures, {time.monotonic() - began:.0f} s")

    def _fill_side_by_side(self, councils: tuple[CouncilEntry, ...], count: int) -> None:
        """A process for each council: each works in its own room, so none waits for another."""
        working = [
            subprocess.Popen(
                [sys.executable, "manage.py", "load_demo", "--only", council.slug, "--requisitions", str(count)],
                cwd=settings.BASE_DIR,
            )
            for council in councils
        ]
        codes = [process.wait() for process in working]
        if any(codes):
            raise CommandError("A council could not be filled; its words are above. Run again to resume.")

    def _fill(self, council: CouncilEntry, count: int) -> None:
        began = time.monotonic()
        # All of it or nothing: after an interruption the next run begins this council afresh.
        with inside_council(council):
            requester = f"requester@{council.domain or f'{council.slug}.gov.uk'}"
            if OfficerCard.objects.of_council(council.number).filter(work_email=requester).exists():
                self.stdout.write(f"{council.short_name}  has its year already")
                return
            happened = fill_in_a_year(council, count=count)
        self.stdout.write(f"{council.short_name}  {happened} things happened, {time.monotonic() - began:.0f} s")


def fill_in_a_year(council: CouncilEntry, *, count: int = REQUISITIONS) -> int:
    """Officers, structure and a year of work in the council whose room is open; gives how many things happened."""
    chance = random.Random(f"{SEED}/{council.code}")  # noqa: S311 - the same year on every machine is the point
    now = timezone.now()
    start = history_starts(now)
    part = [each.number for each in all_councils()].index(council.number)
    with clock.at(start):
        cast = fill_in_council(council, part=part, chance=chance)
    plans = plan_year(now=now, chance=chance, count=count)
    year = Year(cast, now=now, chance=chance)
    year.plan_money(plans, start=start)
    year.plan_purchases(plans)
    year.plan_leave(start=start)
    happened = year.run()
    tell_the_latest()
    return happened
