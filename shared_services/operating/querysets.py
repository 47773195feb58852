"""Operations, backups and access, asked for in their own words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import OPEN, PORTAL, Kind, Status

if TYPE_CHECKING:
    from .models import AccessGrant, Backup, Operation  # noqa: F401


class OperationQuerySet(models.QuerySet["Operation"]):
    def of(self, council_number: int) -> Self:
        """What is done to a council’s room, also where it is the second of two."""
        mine = models.Q(council_id=council_number) | models.Q(parts__contains=[council_number])
        return self.filter(mine, owner_id=SHARED_SERVICE_NUMBER)

    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def worth_reading(self) -> Self:
        """All but the backups of every night that were taken as they should be."""
        return self.exclude(kind=Kind.BACK_UP, status=Status.DONE, asked_by_name=PORTAL)

    def drills(self) -> Self:
        """Restore drills that have ended, whichever way."""
        return self.filter(kind=Kind.DRILL, status__in=[Status.DONE, Status.FAILED])


class BackupQuerySet(models.QuerySet["Backup"]):
    def of(self, council_number: int) -> Self:
        return self.filter(owner_id=SHARED_SERVICE_NUMBER, council_id=council_number)

    def kept(self) -> Self:
        return self.filter(removed_at=None)


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    def open_at(self, instant: datetime) -> Self:
        return self.filter(ended_at=None, ends_at__gt=instant)
