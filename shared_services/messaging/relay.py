"""Carry promised jobs from the database to the broker, as the role `dispatcher`.

Nothing is forgotten here: a row is sent, and sent again after a while, until its job has marked it done.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import heartbeats, registry
from .models import OutboxMessage
from .outbox import CHANNEL

log = logging.getLogger("guildhall.relay")
BATCH = 200
IN_FLIGHT_PER_COUNCIL = 40
"""So many of one council's jobs of one kind wait in the broker at most; another council's never queue behind thousands."""
IN_FLIGHT_IN_QUEUE = {registry.WEBHOOKS: 4}
"""Fewer where a job waits for a server that the council chose: its slow receivers keep a few workers' seats, not all."""
POLL_SECONDS = 1.0
SOON_SECONDS = 0.05
"""After a batch the relay looks again this soon, then half as often each time: workers have room for the next forty."""
BROKER_CHECK_SECONDS = 2.0
PRUNE_SECONDS = 10 * 60
KEEP_DONE = timedelta(days=7)
LONGEST_RESEND = timedelta(hours=1)

# A job counts while the broker has it: sent, and neither done nor failed since. One that waits for its hour does not.
TAKE = f"""
WITH waiting AS (
    SELECT id, due_at,
           queue, row_number() OVER (PARTITION BY owner_id, queue ORDER BY sent_at IS NULL, created_at) AS place
      FROM public.{OutboxMessage._meta.db_table}
     WHERE done_at IS NULL AND gave_up_at IS NULL AND queue = ANY(%s) AND (due_at <= now() OR sent_count > attempts)
       AND owner_id NOT IN (SELECT number FROM public.tenancy_council WHERE state = 'suspended')
), due AS (
    SELECT id, place FROM waiting
     WHERE place <= coalesce((%s::jsonb ->> queue)::int, %s) AND due_at <= now() ORDER BY place, due_at LIMIT %s
)
SELECT m.id, m.owner_id, m.task, m.queue, m.sent_count
  FROM public.{OutboxMessage._meta.db_table} m JOIN due USING (id)
 WHERE m.done_at IS NULL AND m.gave_up_at IS NULL
 ORDER BY due.place
   FOR UPDATE OF m SKIP LOCKED
"""


class Relay:
    """Sends what is due, over and over, through outages of either server."""

    def __init__(self, app: Any, *, resend_after: timedelta | None = None) -> None:
        self.app = app
        self.resend_after = resend_after or timedelta(seconds=settings.OUTBOX_RESEND_SECONDS)
        self.stopping = threading.Event()
        self._broker_run: str | None = None
        self._broker_asked_at = 0.0
        self._pruned_at = 0.0
        self._listening: Any = None

    def stop(self, *_: object) -> None:
        """Finish the batch at hand and end."""
        self.stopping.set()

    def run(self) -> None:
        """Relay until told to stop."""
        pause, look_after = POLL_SECONDS, POLL_SECONDS
        while not self.stopping.is_set():
            try:
                if self.one_round():
                    look_after = SOON_SECONDS
                    continue
                self._wait_for_work(look_after)
                pause, look_after = POLL_SECONDS, min(look_after * 2, POLL_SECONDS)
            except (BrokerError, redis.RedisError, OSError) as error:
                log.warning("the broker does not answer, jobs wait in the outbox: %s", error)
                self.stopping.wait(pause)
                pause = min(pause * 2, 10.0)
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                log.warning("the database does not answer: %s", error)
                self._forget_connection()
                self.stopping.wait(pause)
                pause = min(pause * 2, 10.0)
        self._forget_connection()

    def one_round(self) -> int:
        """Send one batch; gives how many rows it held."""
        connection.set_schema_to_public()
        self._listen()
        self._look_after_the_broker()
        batch = self._take()
        unsent = []
        failure: Exception | None = None
        for message_id, owner, task, queue in batch:
            if failure is not None:
                unsent.append(message_id)
                continue
            try:
                self.app.send_task(
                    task,
                    task_id=str(message_id),
                    queue=queue,
                    headers={"council": owner, "outbox": str(message_id)},
                    retry=False,
                )
            except (BrokerError, redis.RedisError, OSError) as error:
                failure = error
                unsent.append(message_id)
        if failure is not None:
            OutboxMessage.objects.open().filter(pk__in=unsent).update(due_at=timezone.now(), sent_at=None)
            raise failure
        heartbeats.beat(heartbeats.RELAY)
        self._prune()
        return len(batch)

    def _take(self) -> list[tuple[Any, int, str, str]]:
        """Mark a batch as sent before it is: whoever dies in between leaves rows that become due again."""
        now = timezone.now()
        batch = []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TAKE, [list(registry.QUEUES), json.dumps(IN_FLIGHT_IN_QUEUE), IN_FLIGHT_PER_COUNCIL, BATCH])
            rows = cursor.fetchall()
            for message_id, owner, task, queue, sent_count in rows:
                if not _may_be_sent(owner, task, queue):
                    # A newer release may know it, so it waits.
                    log.warning("job %s of %s names a queue or a task that is not its own", message_id, owner)
                    cursor.execute(
                        f"UPDATE public.{OutboxMessage._meta.db_table} SET due_at = %s WHERE id = %s",
                        [now + LONGEST_RESEND, message_id],
                    )
                    continue
                wait = min(self.resend_after * 2 ** min(sent_count, 16), LONGEST_RESEND)
                cursor.execute(
                    f"UPDATE public.{OutboxMessage._meta.db_table}"
                    " SET sent_at = %s, sent_count = sent_count + 1, due_at = %s WHERE id = %s",
                    [now, now + wait, message_id],
                )
                batch.append((message_id, owner, task, queue))
        return batch

    def _look_after_the_broker(self) -> None:
        """After a restart of Valkey send everything open again: its last second may be missing."""
        if time.monotonic() - self._broker_asked_at < BROKER_CHECK_SECONDS:
            return
        run = heartbeats.broker_run()
        self._broker_asked_at = time.monotonic()
        if self._broker_run is not None and run != self._broker_run:
            log.warning("the broker was restarted: %d jobs are sent again", OutboxMessage.objects.send_again_now())
        self._broker_run = run

    def _prune(self) -> None:
        if time.monotonic() - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = time.monotonic()
        prune()

    def _listen(self) -> None:
        connection.ensure_connection()
        if self._listening is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = connection.connection

    def _wait_for_work(self, seconds: float) -> None:
        """Sleep until a transaction with a promise commits, or for a moment: a missed call costs that moment only."""
        for _ in self._calls(seconds):
            return

    def _calls(self, seconds: float) -> Iterator[object]:
        yield from connection.connection.notifies(timeout=seconds, stop_after=1)

    def _forget_connection(self) -> None:
        self._listening = None
        try:
            connection.close()
        except (DatabaseError, InterfaceError, psycopg.Error):
            connection.connection = None


def _may_be_sent(owner: int, task: str, queue: str) -> bool:
    """Whether a row is as `enqueue` writes it. A room's role may write its rows itself, and the queue decides who works."""
    known = registry.is_known(task) and registry.task(task).queue == queue
    return known and (queue != registry.OWNER or owner == SHARED_SERVICE_NUMBER)


def prune(*, keep: timedelta = KEEP_DONE, at_most: int = 20_000) -> int:
    """Delete promises kept longer ago than a week; gives how many."""
    old = OutboxMessage.objects.done_before(timezone.now() - keep).values_list("pk", flat=True)[:at_most]
    with connection.cursor() as cursor:
        sql, values = old.query.sql_with_params()
        cursor.execute(f"DELETE FROM public.{OutboxMessage._meta.db_table} WHERE id IN ({sql})", values)
        return int(cursor.rowcount)
