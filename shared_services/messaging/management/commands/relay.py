"""Carry promised jobs to the broker until told to stop."""

from __future__ import annotations

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from shared_services.messaging.relay import Relay


class Command(BaseCommand):
    help = "Runs the outbox relay, logged in as the role dispatcher."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        settings.ROOMLESS_ROLE = "dispatcher"
        relay = Relay(import_string(settings.JOBS_APP))
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, relay.stop)
        relay.run()
