from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shared_services.tenancy.door import inside_council
from shared_services.webhooks import services
from shared_services.webhooks.choices import EventType
from shared_services.webhooks.models import Attempt, Delivery, Endpoint
from tests.receivers import HttpReceiver, http_receiver
from tests.shared_services.workflow.conftest import decide, submit, work_done

__all__ = ["decide", "submit", "work_done"]


@pytest.fixture
def receiver(settings) -> Iterator[HttpReceiver]:
    """A real web server of this machine, which the setting names as one that webhooks may reach."""
    with http_receiver() as book:
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({book.host})
        yield book


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Ministrator")


@pytest.fixture
def endpoint(northmoor, administrator, receiver) -> Endpoint:
    """Northmoor's receiver of every event; its secret is `endpoint.secret`."""
    with inside_council(northmoor):
        added, secret = services.add_endpoint(
            actor=administrator, name="Case tracker", url=receiver.url, events=EventType.values
        )
    added.secret = secret
    return added


@pytest.fixture
def log() -> Callable[..., list[Delivery]]:
    """log(council) -> its deliveries, oldest first."""

    def read(council) -> list[Delivery]:
        with inside_council(council):
            return list(Delivery.objects.select_related("endpoint").order_by("pk"))

    return read


@pytest.fixture
def attempts() -> Callable[..., list[Attempt]]:
    def read(council, delivery) -> list[Attempt]:
        with inside_council(council):
            return list(Attempt.objects.filter(delivery_id=delivery.pk))

    return read
