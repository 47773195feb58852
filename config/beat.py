"""Beat: asks for what is due by the schedule.

It runs as the database role `dispatcher` (GUILDHALL_PROCESS=dispatcher), which reads the schedule and no
council's data.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import SchedulingError
from django_celery_beat.schedulers import DatabaseScheduler

log = logging.getLogger("guildhall.beat")


class Scheduler(DatabaseScheduler):
    """The schedule of the database; what Valkey could not take when it was due is sent as soon as it can."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._owed: list[Any] = []
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        # A line that a release no longer has goes; Celery's own house-keeping needs no result store here.
        ours = self.Model.objects.filter(task__startswith="messaging.")
        ours.exclude(name__in=self.app.conf.beat_schedule).delete()
        self.Model.objects.filter(name="celery.backend_cleanup").delete()
        self._schedule = None

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            log.warning("%s waits for the broker: %s", entry.name, error)
            self._owed.append(entry)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        owed, self._owed = self._owed, []
        for entry in owed:
            self.apply_entry(entry, producer=self.producer)
        wait = super().tick(*args, **kwargs)
        return min(wait, 2.0) if self._owed else wait
