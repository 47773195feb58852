"""How far the opening of a council's room has come."""

from __future__ import annotations

from django.db import models

from shared_services.messaging.live_steps import LiveStep


class OpeningStep(LiveStep):
    """One step of the opening of a room, shown while it happens."""

    application = models.ForeignKey(
        "joining.Application", on_delete=models.CASCADE, related_name="steps", db_index=False
    )

    class Meta(LiveStep.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "application", "key"], name="opening_step_once")]
