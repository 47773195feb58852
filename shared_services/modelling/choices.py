"""States of a process that is being designed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftStatus(models.TextChoices):
    OPEN = "open", _("Being designed")
    PROPOSED = "proposed", _("Put to the vote")
    PUBLISHED = "published", _("Published")
    ABANDONED = "abandoned", _("Abandoned")
