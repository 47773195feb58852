"""The events that a webhook can be told of, and what becomes of one delivery."""

from __future__ import annotations

from django.db import models


class EventType(models.TextChoices):
    """Past and dotted, as in the audit record. Programs depend on these names: they are added, never changed."""

    CASE_STARTED = "case.started", "A case was started"
    CASE_FINISHED = "case.finished", "A case was finished"
    CASE_WITHDRAWN = "case.withdrawn", "A case was withdrawn"
    CASE_STOPPED = "case.stopped", "A case was stopped by a fault"
    TASK_CREATED = "task.created", "A task was created"
    TASK_COMPLETED = "task.completed", "A task was completed"
    TASK_CANCELLED = "task.cancelled", "A task was taken back"


TEST = "webhook.test"
"""What “Send a test” sends, whatever the endpoint is for."""


def event_label(event: str) -> str:
    return "A test" if event == TEST else str(dict(EventType.choices).get(event, event))


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"
    HELD = "held", "Held back"


STATUS_COLOURS = {
    DeliveryStatus.WAITING: "blue",
    DeliveryStatus.DELIVERED: "green",
    DeliveryStatus.FAILED: "red",
    DeliveryStatus.HELD: "yellow",
}
