"""States of a process that is being designed, and of what is put to the vote."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftStatus(models.TextChoices):
    OPEN = "open", _("Being designed")
    PROPOSED = "proposed", _("Put to the vote")
    PUBLISHED = "published", _("Published")
    ABANDONED = "abandoned", _("Abandoned")


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Open for votes")
    ADOPTED = "adopted", _("Adopted")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DryRunStatus(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


STATUS_COLOURS = {
    "Being designed": "blue",
    "Put to the vote": "purple",
    "Published": "green",
    "Abandoned": "grey",
    "Open for votes": "blue",
    "Adopted": "green",
    "Refused": "red",
    "Lapsed": "grey",
    "Withdrawn": "grey",
}
