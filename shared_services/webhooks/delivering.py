"""An event becomes a delivery for each receiver that wants it, and a delivery is tried until it gets through."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue, plain_key
from shared_services.messaging.registry import UnderWay
from shared_services.tenancy.errors import NotAllowed

from . import calling, services, signing
from .choices import TEST, DeliveryStatus
from .models import Attempt, Delivery, Endpoint
from .pauses import FAILING_TOO_LONG, pause_after

GONE = 410
"""The answer by which a receiver says that it wants no more (Standard Webhooks)."""
KEEP = timedelta(days=30)
MOST_REPLAYED = 500
ONE_CALL = timedelta(seconds=30)
"""A call takes half of this at most: one begun longer ago went down with its worker."""


@dataclass(frozen=True, slots=True)
class Message:
    """One call to make: what is sent where, and of which attempt at which delivery it is."""

    delivery_id: UUID
    tries: int
    url: str
    body: bytes
    headers: dict[str, str]


@transaction.atomic
def publish(event: str, *, at: datetime, reference: str = "", **keys: Any) -> list[Delivery]:
    """Promise an event to each receiver of this room that wants it. Called by a job, once an event.

    `keys` are ids and the names of process and step: what a receiver needs to ask the API for more, and nothing personal.
    """
    wanted = Endpoint.objects.filter(events__contains=[event])
    return [_promise(endpoint, event, at=at, reference=reference, keys=keys) for endpoint in wanted]


@transaction.atomic
def send_test(*, actor: OfficerCard, endpoint: Endpoint) -> Delivery:
    """Send a receiver a message that says it is a test. Refused while it is turned off."""
    check_may(actor, services.MAY_MANAGE)
    _check_on(endpoint)
    record(actor, "webhooks.test.sent", endpoint)
    return _promise(endpoint, TEST, at=timezone.now(), reference="", keys={})


@transaction.atomic
def replay(*, actor: OfficerCard, delivery_id: UUID) -> Delivery:
    """Send a delivery again, with the same id, and begin its schedule anew. Refused while it waits already."""
    check_may(actor, services.MAY_MANAGE)
    delivery = Delivery.objects.select_related("endpoint").select_for_update(of=("self",)).get(pk=delivery_id)
    _check_on(delivery.endpoint)
    if delivery.status == DeliveryStatus.WAITING:
        raise NotAllowed("This delivery is on its way already.")
    _ask_again(delivery)
    record(actor, "webhooks.delivery.replayed", delivery, endpoint=delivery.endpoint.name)
    return delivery


@transaction.atomic
def replay_period(
    *, actor: OfficerCard, endpoint: Endpoint, since: datetime, until: datetime, everything: bool = False
) -> int:
    """Send again what was not delivered in a period, or everything of it; gives how many deliveries that is.

    Refused for more than 500 at a time, and while the receiver is turned off.
    """
    check_may(actor, services.MAY_MANAGE)
    _check_on(endpoint)
    if since >= until:
        raise NotAllowed("The period must end after it begins.")
    found = Delivery.objects.filter(endpoint=endpoint).made_between(since, until)
    found = found.settled() if everything else found.not_delivered()
    deliveries = list(found.select_for_update(of=("self",)).order_by("pk")[: MOST_REPLAYED + 1])
    if len(deliveries) > MOST_REPLAYED:
        raise NotAllowed(f"That is more than {MOST_REPLAYED} deliveries. Choose a shorter period.")
    for delivery in deliveries:
        _ask_again(delivery)
    record(
        actor, "webhooks.period.replayed", endpoint, since=since.isoformat(), until=until.isoformat(),
        everything=everything, deliveries=len(deliveries),
    )  # fmt: skip
    return len(deliveries)


@transaction.atomic
def prepare(*, delivery_id: UUID, tries: int) -> Message | None:
    """Sign a delivery and take it in hand for one call; None when there is nothing to call for.

    `tries` is how many went before: a job that was overtaken by another finds a different number and ends. Raises
    UnderWay while another worker calls. The receiver may be called twice when a worker dies between the call and its
    being written down; the id tells it that this is one message.
    """
    delivery = _waiting(delivery_id, tries)
    if delivery is None:
        return None
    if not delivery.endpoint.is_enabled:
        _settle(delivery, DeliveryStatus.HELD)
        return None
    now = timezone.now()
    if delivery.called_at is not None and now - delivery.called_at < ONE_CALL:
        raise UnderWay
    delivery.called_at = now
    delivery.save(update_fields=["called_at"])
    body = delivery.body.encode()
    signed = signing.headers(
        services.secrets_in_force(delivery.endpoint),
        message_id=delivery.message_id, timestamp=int(now.timestamp()), body=body,
    )  # fmt: skip
    return Message(delivery.pk, tries, delivery.endpoint.url, body, signed)


def call_receiver(message: Message) -> calling.Answer:
    """Call the receiver once, outside every room and transaction."""
    return calling.call(message.url, message.body, message.headers)


@transaction.atomic
def write_down(message: Message, answer: calling.Answer) -> None:
    """Write down what came back, and promise the next attempt where that is due. Removed meanwhile, it is forgotten."""
    delivery = _waiting(message.delivery_id, message.tries)
    if delivery is None:
        return
    endpoint = delivery.endpoint
    _write_down(delivery, answer)
    if answer.is_good:
        _settle(delivery, DeliveryStatus.DELIVERED)
        if endpoint.failing_since is not None:
            Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
        return
    _try_later(delivery, answer)
    _look_at(endpoint, answer)


def forget_old() -> int:
    """Delete deliveries older than thirty days, with their attempts. Can run twice."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - KEEP)
    count = old.count()
    old.delete()
    return count


def _promise(endpoint: Endpoint, event: str, *, at: datetime, reference: str, keys: dict[str, Any]) -> Delivery:
    data = {"reference": reference, **{name: plain_key(name, value) for name, value in keys.items()}}
    delivery = Delivery(endpoint=endpoint, event=event, reference=reference)
    delivery.body = json.dumps({"type": event, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))
    if endpoint.is_enabled:
        delivery.next_attempt_at = timezone.now()
    else:
        delivery.status = DeliveryStatus.HELD
    delivery.save(force_insert=True)
    if endpoint.is_enabled:
        enqueue("webhooks.deliver", delivery_id=delivery.pk, tries=0)
    return delivery


def _waiting(delivery_id: UUID, tries: int) -> Delivery | None:
    """The delivery, locked, if it still waits for that attempt."""
    locked = Delivery.objects.select_related("endpoint").select_for_update(of=("self",))
    return locked.filter(pk=delivery_id, status=DeliveryStatus.WAITING, tries=tries).first()


def _write_down(delivery: Delivery, answer: calling.Answer) -> None:
    delivery.tries += 1
    delivery.attempt_count += 1
    delivery.called_at = None
    delivery.response_status = answer.status
    Attempt(
        delivery=delivery,
        number=delivery.attempt_count,
        milliseconds=answer.milliseconds,
        response_status=answer.status,
        response_start=answer.start,
        error=answer.error,
    ).save(force_insert=True)


def _try_later(delivery: Delivery, answer: calling.Answer) -> None:
    pause = None if answer.status == GONE else pause_after(delivery.tries)
    if pause is None:
        _settle(delivery, DeliveryStatus.FAILED)
        return
    delivery.next_attempt_at = timezone.now() + pause
    delivery.save()
    enqueue("webhooks.deliver", delivery_id=delivery.pk, tries=delivery.tries, after=pause)


def _look_at(endpoint: Endpoint, answer: calling.Answer) -> None:
    """Turn off a receiver that is gone, or that has let nothing through for days."""
    since = endpoint.failing_since or timezone.now()
    Endpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=True).update(failing_since=since)
    if answer.status == GONE:
        services.stop_endpoint(endpoint, "The receiver answered that it is gone (410).")
    elif timezone.now() - since >= FAILING_TOO_LONG:
        services.stop_endpoint(endpoint, f"No call got through for {FAILING_TOO_LONG.days} days.")


def _settle(delivery: Delivery, status: DeliveryStatus) -> None:
    delivery.status, delivery.next_attempt_at = status, None
    if status == DeliveryStatus.DELIVERED:
        delivery.delivered_at = timezone.now()
    delivery.save()


def _ask_again(delivery: Delivery) -> None:
    delivery.status, delivery.tries, delivery.next_attempt_at = DeliveryStatus.WAITING, 0, timezone.now()
    delivery.save(update_fields=["status", "tries", "next_attempt_at"])
    enqueue("webhooks.deliver", delivery_id=delivery.pk, tries=0)


def _check_on(endpoint: Endpoint) -> None:
    if not endpoint.is_enabled:
        raise NotAllowed(f"“{endpoint.name}” is turned off. Turn it on first.")
