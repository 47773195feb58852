from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from .choices import SavedViewKind


class SavedViewQuerySet(models.QuerySet):
    def for_list(self, page: str, account: Any) -> Self:
        """What an officer needs on one list: the own columns and views, and the views others share."""
        return self.filter(Q(account=account) | Q(is_shared=True, kind=SavedViewKind.VIEW), page=page)

    def views(self) -> Self:
        return self.filter(kind=SavedViewKind.VIEW)
