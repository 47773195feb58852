"""See what is open or given up in the outbox, and ask again for what was given up."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import Count, Min
from django.utils import timezone

from shared_services.messaging.models import OutboxMessage


class Command(BaseCommand):
    help = "Lists open and given-up jobs. With --retry, those given up are tried again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry", action="store_true", help="try again what was given up")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.ROOMLESS_ROLE = "dispatcher"
        connection.close()
        connection.set_schema_to_public()
        if options["retry"]:
            count = OutboxMessage.objects.given_up().update(
                gave_up_at=None, attempts=0, due_at=timezone.now(), sent_at=None
            )
            self.stdout.write(f"{count} job(s) will be tried again.")
        self._list("Open", OutboxMessage.objects.open())
        self._list("Given up", OutboxMessage.objects.given_up())

    def _list(self, title: str, jobs: Any) -> None:
        lines = (
            jobs.values("owner_id", "task", "last_error")
            .annotate(number=Count("pk"), since=Min("created_at"))
            .order_by("owner_id", "task")
        )
        self.stdout.write(f"{title}: {sum(line['number'] for line in lines)}")
        for line in lines:
            error = f"  {line['last_error']}" if line["last_error"] else ""
            self.stdout.write(
                f"  c{line['owner_id']:04d}  {line['number']:>6}  since {line['since']:%d %b %H:%M}  {line['task']}{error}"
            )
