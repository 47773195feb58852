"""How an officer hears of things by email."""

from __future__ import annotations

from django.db import models


class EmailChoice(models.TextChoices):
    EACH = "each", "As it happens"
    DAILY = "daily", "Once a day"
    NONE = "none", "Never"


class MailState(models.TextChoices):
    """What becomes of one notice's email."""

    NOT_WANTED = "none", "No email"
    WAITING = "waiting", "Waits to be sent"
    FOR_DIGEST = "digest", "Goes with the daily email"
    SENT = "sent", "Sent"
