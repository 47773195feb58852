from __future__ import annotations

from typing import Self

from django.db import models


class OfficerCardQuerySet(models.QuerySet):
    """The directory. Always filtered by owner first: the directory's indexes start with the council."""

    def of_council(self, number: int) -> Self:
        return self.filter(owner_id=number)

    def active(self) -> Self:
        return self.filter(active=True)

    def holding(self, role: str) -> Self:
        return self.filter(roles__contains=[role])

    def holding_any(self, roles: list[str]) -> Self:
        return self.filter(roles__overlap=roles)
