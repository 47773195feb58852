"""What an administrator says about a receiver."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from shared_services.govuk.forms import CheckboxesField, DateField, GovukForm, RadioField, VersionField

from . import guard
from .choices import EventType

FAILED, EVERYTHING = "failed", "everything"


class EndpointForm(GovukForm):
    name = forms.CharField(
        label="Name", max_length=80, help_text="What receives the events, like “Case tracker”",
        error_messages={"required": "Enter a name for the webhook"},
    )  # fmt: skip
    url = forms.CharField(
        label="Address",
        max_length=guard.LONGEST_URL,
        help_text="Where events are sent, like https://example.org/webhooks/guildhall",
        error_messages={"required": "Enter the address that receives the events"},
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    events = CheckboxesField(
        label="Which events?",
        choices=[(event.value, f"{event.label} ({event.value})") for event in EventType],
        error_messages={"required": "Choose at least one event"},
    )
    version = VersionField()

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            guard.read_url(url)
        except guard.AddressRefused as refusal:
            raise ValidationError(refusal.message, code="address") from None
        return url


class VersionForm(GovukForm):
    version = VersionField()


class ReplayForm(GovukForm):
    """A period in days, both included."""

    first = DateField(label="From", error_messages={"required": "Enter the first day"})
    last = DateField(label="Until", error_messages={"required": "Enter the last day"})
    which = RadioField(
        label="What is sent again?",
        choices=[(FAILED, "What was not delivered"), (EVERYTHING, "Everything")],
        hints={EVERYTHING: "Each message keeps its id, so that the receiver can leave out what it has."},
        error_messages={"required": "Choose what is sent again"},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and first > last:
            self.add_error("last", ValidationError("The last day must not be before the first", code="order"))
        return given

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From the first midnight up to the midnight after the last day."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return _midnight(first), _midnight(last + timedelta(days=1))


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
