"""Where a council sends word of its cases and tasks, and the log of what was sent. Private to the council's room."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from shared_services.tenancy.bases import PrivateModel

from .choices import DeliveryStatus, EventType, event_label
from .querysets import DeliveryQuerySet

LONGEST_RESPONSE = 1024
"""So much of a receiver's answer is kept, in bytes."""


class Endpoint(PrivateModel):
    """A receiver: its address, the events it wants and the secret it knows the portal by."""

    left_out_of_packs = "The keys and calls of this install: the council names its receivers anew."

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40, choices=EventType.choices))
    sealed_secret = models.TextField()
    sealed_former_secret = models.TextField(blank=True)
    """Those that the secret replaced, newest first, parted by a space. They sign as well until `former_until`, so that a
    receiver can change over, whichever of them it has.
    """
    former_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True, blank=True)
    """When the first call failed after the last that did not."""
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="one_endpoint_per_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhooks:show_endpoint", args=[self.pk])

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def state(self) -> str:
        if self.disabled_at is not None:
            return "Off"
        return "Failing" if self.failing_since else "On"


class Delivery(PrivateModel):
    """One event for one endpoint. The same message, with the same id, however often it is sent."""

    left_out_of_packs = "The keys and calls of this install: the council names its receivers anew."

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=40)
    reference = models.CharField(max_length=40, blank=True)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    """Attempts since the delivery was last asked for: a replay begins the schedule anew."""
    attempt_count = models.PositiveIntegerField(default=0)
    called_at = models.DateTimeField(null=True, blank=True)
    """When the call that is under way began."""
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    """Of the last attempt; none where no answer came."""

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_by_endpoint"),
            models.Index(fields=["endpoint", "created_at"], name="delivery_by_time"),
            models.Index(fields=["created_at"], name="delivery_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.reference}".strip()

    def get_absolute_url(self) -> str:
        return reverse("webhooks:show_delivery", args=[self.pk])

    @property
    def message_id(self) -> str:
        """The value of `webhook-id`: receivers use it to do nothing twice."""
        return f"msg_{self.pk.hex}"

    @property
    def event_text(self) -> str:
        return event_label(self.event)


class Attempt(PrivateModel):
    """One call: when, what came back, and the first kilobyte of it."""

    left_out_of_packs = "The keys and calls of this install: the council names its receivers anew."

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_start = models.CharField(max_length=LONGEST_RESPONSE, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once_per_number")]

    def __str__(self) -> str:
        return f"Attempt {self.number}"

    @property
    def outcome(self) -> str:
        return str(self.response_status) if self.response_status else self.error
