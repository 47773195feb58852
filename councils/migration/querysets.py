"""Batches as the officers who load and sign them ask for them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may

from .choices import BatchStatus

MAY_SEE_PERSONAL = "migration.load_personal_data"


class BatchQuerySet(models.QuerySet):
    def visible_to(self, actor: OfficerCard) -> Self:
        """Batches with personal data of staff are shown to those who may load it, and to nobody else.

        Until a batch has been checked nobody knows what it holds: only who brought it sees it besides them.
        """
        if may(actor, MAY_SEE_PERSONAL):
            return self
        return self.filter(Q(personal=False) | Q(status=BatchStatus.CHECKING, created_by=actor))
