from __future__ import annotations

from typing import Self

from django.db import models

from .choices import SavedViewKind


class SavedViewQuerySet(models.QuerySet):
    def views(self) -> Self:
        return self.filter(kind=SavedViewKind.VIEW)
