"""Batches as the officers who load and sign them ask for them."""

from __future__ import annotations

from typing import Self

from django.db import models

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may

MAY_SEE_PERSONAL = "migration.load_personal_data"


class BatchQuerySet(models.QuerySet):
    def visible_to(self, actor: OfficerCard) -> Self:
        """Batches with personal data of staff are shown to those who may load it, and to nobody else."""
        return self if may(actor, MAY_SEE_PERSONAL) else self.filter(personal=False)
