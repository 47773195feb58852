from __future__ import annotations

from django.db import models


class SavedViewKind(models.TextChoices):
    VIEW = "view", "Saved view"
    COLUMNS = "columns", "Chosen columns"
