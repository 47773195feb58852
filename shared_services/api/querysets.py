from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone


class ApiTokenQuerySet(models.QuerySet):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def with_officer(self) -> Self:
        """The token, its account and the officer's card in one query."""
        return self.select_related("account__card")
