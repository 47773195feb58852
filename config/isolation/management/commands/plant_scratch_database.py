"""Plant the isolation report's scratch database. Refuses any other."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.isolation import planting, report


class Command(BaseCommand):
    help = "Puts one marked row into every table of every room of the scratch database."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASES["default"]["NAME"] != report.SCRATCH:
            raise CommandError("Only the isolation report's scratch database may be planted.")
        planted = planting.plant()
        planting.save(planted, report.planted_path())
        self.stdout.write(f"{len(planted)} rows planted.")
