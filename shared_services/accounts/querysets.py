from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models


class AccountQuerySet(models.QuerySet):
    def with_card(self) -> Self:
        """The account and the officer's card in one query."""
        return self.select_related("card")


_Manager: Any = BaseUserManager.from_queryset(AccountQuerySet)


class AccountManager(_Manager):
    def get_by_natural_key(self, email: str | None):
        return self.get(email=self.normalize(email))

    @staticmethod
    def normalize(email: str | None) -> str:
        """Work addresses are compared without regard to capitals, so they are kept in small letters."""
        return (email or "").strip().lower()
