"""The workers' application: JSON only, a job is acknowledged when it is done, one at a time for each process."""

from __future__ import annotations

import os
from urllib.parse import quote, urlsplit

from celery import Celery
from celery.signals import heartbeat_sent, worker_process_init
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.portal")

from django.conf import settings

from config.schedule import SCHEDULE
from shared_services.messaging import heartbeats
from shared_services.messaging.registry import PROMPT, QUEUES


def broker_url(valkey_url: str) -> str:
    """Valkey's address in Celery's words."""
    if valkey_url.startswith("unix://"):
        return f"redis+socket://{quote(urlsplit(valkey_url).path)}"
    return valkey_url


app = Celery("guildhall")
app.set_default()
app.conf.update(
    broker_url=broker_url(settings.VALKEY_URL),
    broker_transport_options={
        # A worker that vanished with a job in hand gives it back after this time at the latest; the relay
        # asks for it again much sooner, and the outbox row keeps it from being done twice.
        "visibility_timeout": 60 * 60,
        "queue_order_strategy": "round_robin",
        "global_keyprefix": "guildhall:",
        "socket_connect_timeout": 3,
        "socket_timeout": 30,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_serializer="json",
    accept_content=["json"],
    result_accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    # Memory that a library keeps is given back by starting a process afresh now and then.
    worker_max_tasks_per_child=500,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_time_limit=30 * 60,
    task_soft_time_limit=25 * 60,
    task_default_queue=PROMPT,
    task_queues=[Queue(name) for name in QUEUES],
    task_create_missing_queues=False,
    enable_utc=True,
    timezone=settings.TIME_ZONE,
    beat_schedule=SCHEDULE,
    beat_scheduler="config.beat:Scheduler",
    # A council's connection is kept from job to job; one whose server went away is dropped at the door.
    CELERY_DB_REUSE_MAX=200,
)


@heartbeat_sent.connect
def say_that_the_worker_lives(**_: object) -> None:
    heartbeats.beat(heartbeats.WORKER)


@worker_process_init.connect
def begin_outside_every_room(**_: object) -> None:
    """A worker's process starts with no room open, so that a job without a council finds nothing."""
    from django.db import connection

    if hasattr(connection, "unset_tenant"):
        connection.unset_tenant()
