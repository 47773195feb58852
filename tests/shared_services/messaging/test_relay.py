"""The relay, logged in as the dispatcher: fair between councils, patient with the broker, blind to councils' data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from shared_services.messaging import heartbeats, relay
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.registry import WEBHOOKS
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council

NOTHING = "messaging.promise"


class Broker:
    """Stands in for Celery: keeps what it is given, or is away."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.away = False

    def send_task(self, task, *, headers, **_):
        if self.away:
            raise BrokerError("away")
        self.sent.append((headers["council"], headers["outbox"]))


@pytest.fixture
def broker(walled, settings, monkeypatch):
    settings.ROOMLESS_ROLE = "dispatcher"
    monkeypatch.setattr(heartbeats, "broker_run", lambda: "run-1")
    monkeypatch.setattr(heartbeats, "beat", lambda name: True)
    connection.close()
    yield Broker()
    connection.close()


def promise(council, count):
    with inside_council(council):
        for number in range(count):
            enqueue(NOTHING, task=f"{number}")


def outside():
    connection.set_schema_to_public()
    return OutboxMessage.objects


def test_a_council_with_many_jobs_does_not_keep_another_waiting(northmoor, eastvale, broker):
    promise(northmoor, relay.IN_FLIGHT_PER_COUNCIL + 30)
    promise(eastvale, 2)

    sent = relay.Relay(broker).one_round()

    assert sent == relay.IN_FLIGHT_PER_COUNCIL + 2
    assert [number for number, _ in broker.sent[:4]].count(eastvale.number) == 2, "turn by turn"
    assert relay.Relay(broker).one_round() == 0, "the rest waits until some are done"
    with inside_council(northmoor):
        OutboxMessage.objects.filter(sent_at__isnull=False).update(done_at=timezone.now())
    assert relay.Relay(broker).one_round() == 30


def test_a_council_with_slow_receivers_fills_a_few_seats_and_its_later_tries_none(northmoor, eastvale, broker):
    few = relay.IN_FLIGHT_IN_QUEUE[WEBHOOKS]
    with inside_council(northmoor):
        for number in range(few + 3):
            enqueue(
                "webhooks.deliver", delivery_id=new_key(), tries=1, after=timedelta(hours=5) if number < few else None
            )
            enqueue("webhooks.deliver", delivery_id=new_key(), tries=0)
    promise(northmoor, 2)
    with inside_council(eastvale):
        enqueue("webhooks.deliver", delivery_id=new_key(), tries=0)

    assert relay.Relay(broker).one_round() == few + 2 + 1, "those whose hour has come, up to the limit, and the others"
    assert relay.Relay(broker).one_round() == 0
    with inside_council(northmoor):
        OutboxMessage.objects.filter(sent_at__isnull=False, queue=WEBHOOKS).update(
            attempts=1, due_at=timezone.now() + timedelta(hours=1)
        )
    assert relay.Relay(broker).one_round() == few, "one that failed and waits is not in the broker"


def test_jobs_stay_due_while_the_broker_is_away_and_all_go_when_it_is_back(northmoor, broker):
    promise(northmoor, 3)
    carrier = relay.Relay(broker)
    broker.away = True

    with pytest.raises(BrokerError):
        carrier.one_round()
    assert outside().filter(sent_at__isnull=True).count() == 3
    broker.away = False

    assert carrier.one_round() == 3
    assert len(set(broker.sent)) == 3


def test_what_is_sent_and_not_done_is_sent_again_later_each_time(northmoor, broker):
    promise(northmoor, 1)
    carrier = relay.Relay(broker, resend_after=timedelta(seconds=60))
    waits = []
    for _ in range(3):
        assert carrier.one_round() == 1
        row = outside().get()
        waits.append(round((row.due_at - row.sent_at).total_seconds()))
        outside().update(due_at=timezone.now())

    assert waits == [60, 120, 240]
    assert len(broker.sent) == 3


def test_after_a_restart_of_the_broker_everything_open_is_sent_again(northmoor, broker, monkeypatch):
    promise(northmoor, 2)
    carrier = relay.Relay(broker)
    assert carrier.one_round() == 2
    assert carrier.one_round() == 0

    monkeypatch.setattr(heartbeats, "broker_run", lambda: "run-2")
    carrier._broker_asked_at = 0.0

    assert carrier.one_round() == 2


def test_done_jobs_are_pruned_after_a_week_and_open_ones_never(northmoor, broker):
    promise(northmoor, 3)
    old = timezone.now() - timedelta(days=30)
    ids = list(outside().values_list("pk", flat=True))
    with inside_council(northmoor):
        OutboxMessage.objects.filter(pk=ids[0]).update(done_at=old, created_at=old)
        OutboxMessage.objects.filter(pk=ids[1]).update(done_at=timezone.now())
        OutboxMessage.objects.filter(pk=ids[2]).update(created_at=old)
    outside()

    assert relay.prune() == 1

    assert set(outside().values_list("pk", flat=True)) == set(ids[1:])


@pytest.mark.parametrize(
    ("task", "queue"),
    [(NOTHING, "owner"), (NOTHING, "of my own"), ("joining.open_council", "owner"), ("no.such_task", "bulk")],
)
def test_a_row_that_names_what_is_not_its_own_is_not_sent(northmoor, eastvale, broker, task, queue):
    with inside_council(northmoor):
        OutboxMessage.objects.create(owner_id=northmoor.number, task=task, queue=queue)
    promise(eastvale, 1)

    relay.Relay(broker).one_round()

    assert [council for council, _ in broker.sent] == [eastvale.number]


def test_the_dispatcher_reads_no_councils_data(northmoor, broker):
    connection.set_schema_to_public()
    for table in (f"{northmoor.key}.accounts_account", "public.access_officercard", "public.workflow_case"):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")
    with pytest.raises(ProgrammingError, match="permission denied"):
        OutboxMessage.objects.create(owner_id=northmoor.number, task=NOTHING, queue="bulk")
