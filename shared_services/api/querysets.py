from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone


class ApiTokenQuerySet(models.QuerySet):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())
