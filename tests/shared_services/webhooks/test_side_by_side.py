"""Two at once: a call holds nothing up, is made by one worker, and the number of receivers is counted in turn."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.webhooks import calling, delivering, services
from shared_services.webhooks.choices import DeliveryStatus, EventType
from shared_services.webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.usefixtures("walled")


def in_a_thread(job) -> threading.Thread:
    def run() -> None:
        try:
            job()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_while_a_receiver_keeps_a_call_waiting_nothing_is_locked_and_nobody_else_calls(
    northmoor, administrator, endpoint, receiver, monkeypatch
):
    under_way, let_go = threading.Event(), threading.Event()
    calls = []

    def slow(url, body, headers):
        calls.append(connection.in_atomic_block)
        under_way.set()
        assert let_go.wait(timeout=30)
        return calling.Answer(200, "", "", 1)

    monkeypatch.setattr(calling, "call", slow)
    with inside_council(northmoor):
        delivering.publish(EventType.CASE_STARTED, at=timezone.now())
    worker = in_a_thread(run_waiting)
    try:
        assert under_way.wait(timeout=30)
        run_waiting()
        with inside_council(northmoor):
            found = Delivery.objects.select_for_update(nowait=True).get()
            assert found.status == DeliveryStatus.WAITING and found.called_at is not None
    finally:
        let_go.set()
        worker.join(timeout=30)

    assert calls == [False], "one call, and no transaction open meanwhile"
    with inside_council(northmoor):
        assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


def test_two_who_add_the_last_receiver_at_once_do_not_pass_the_limit(northmoor, administrator, endpoint, receiver):
    gate, said = threading.Barrier(2), []

    def add(name: str) -> None:
        try:
            with inside_council(northmoor):
                gate.wait(timeout=20)
                services.add_endpoint(actor=administrator, name=name, url=receiver.url, events=["case.started"])
            said.append("added")
        except NotAllowed as refusal:
            said.append(refusal.message)

    with inside_council(northmoor):
        for number in range(services.MOST_ENDPOINTS - 2):
            services.add_endpoint(actor=administrator, name=f"No. {number}", url=receiver.url, events=["case.started"])
    for thread in [in_a_thread(lambda name=name: add(name)) for name in ("One", "Other")]:
        thread.join(timeout=60)

    assert sorted(said)[1] == "added" and "20 webhooks already" in sorted(said)[0]
    with inside_council(northmoor):
        assert Endpoint.objects.count() == services.MOST_ENDPOINTS
